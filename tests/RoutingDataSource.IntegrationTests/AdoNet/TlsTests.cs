using System.Data.Common;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.AdoNet;

/// <summary>Servers that want TLS, and a certificate from one of their users: what plain Npgsql does with each setting, every node does, or the
/// error is the same.</summary>
public sealed class TlsTests(TlsTests.Servers servers) : IClassFixture<TlsTests.Servers>
{
    public static TheoryData<string, string> Settings => new()
    {
        { "app", "" },
        { "app", "SSL Mode=Require" },
        { "app", "SSL Mode=Allow" },
        { "app", "SSL Mode=Require;Keepalive=1" },
        { "app", "SSL Mode=Disable" },
        { "app", "SSL Mode=VerifyCA;Root Certificate={0}/authority.pem" },
        { "app", "SSL Mode=VerifyFull;Root Certificate={0}/authority.pem" },
        { "app", "SSL Mode=VerifyFull;Root Certificate={0}/other.pem" },
        { "app", "SSL Mode=VerifyFull;Root Certificate={0}/missing.pem" },
        { "app", "SSL Mode=VerifyFull" },
        { "app", "SSL Mode=VerifyFull;Root Certificate={0}/authority.pem;Host=localhost" },
        { "app", "SSL Mode=Require;Channel Binding=Require" },
        { "app", "SSL Mode=Require;Password=wrong" },
        { "holder", "SSL Mode=Require" },
        { "holder", "SSL Mode=Require;SSL Certificate={0}/holder.pem;SSL Key={0}/holder.key" },
        { "holder", "SSL Mode=Require;SSL Certificate={0}/holder.pem;SSL Key={0}/missing.key" },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public Task ConnectionString_OfTls_DoesOnEveryNodeWhatPlainDoes(string user, string settings) =>
        SameAsync(user, string.Format(null, settings, servers.Folder), _ => { });

    [Fact]
    public Task ClientCertificate_ThatServersRefuse_IsTransientAndNamesEachNode() =>
        // TLS 1.3 lets the server say so only after the client is done: what Npgsql sees is a connection that ended, in one way or another.
        EndsAsync("holder", $"SSL Mode=Require;SSL Certificate={servers.Folder}/other.pem;SSL Key={servers.Folder}/other.key");

    [Fact]
    public async Task DirectNegotiation_OnEveryNode_DoesWhatPlainDoesOrEnds()
    {
        const string Settings = "SSL Mode=Require;SSL Negotiation=Direct";
        if (await servers.Cluster.Primary.QueryScalarAsync<bool>("SELECT current_setting('server_version_num')::int >= 170000"))
            await SameAsync("app", Settings, _ => { });
        else
            await EndsAsync("app", Settings);
    }

    [Fact]
    public Task Builder_WithCertificates_UsesThemOnEveryNode() => SameAsync(
        "holder",
        "SSL Mode=VerifyFull",
        builder => builder
            .UseRootCertificate(X509CertificateLoader.LoadCertificateFromFile($"{servers.Folder}/authority.pem"))
            .UseSslClientAuthenticationOptionsCallback(options =>
                options.ClientCertificates = [X509Certificate2.CreateFromPemFile($"{servers.Folder}/holder.pem", $"{servers.Folder}/holder.key")]));

    [Fact]
    public async Task Builder_WithACallback_AsksItForEveryNode()
    {
        var seen = new HashSet<string>();
        await SameAsync(
            "app",
            "SSL Mode=Require",
            builder => builder.UseSslClientAuthenticationOptionsCallback(options => options.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                lock (seen)
                    seen.Add(certificate!.Subject);
                return certificate.Issuer == "CN=authority";
            }));
        Assert.Equal(servers.Cluster.Nodes.Select(node => $"CN={node.Name}").Order(), seen.Order());
        foreach (var mode in new[] { "Require", "VerifyFull" })
        {
            await SameAsync(
                "app",
                $"SSL Mode={mode}",
                builder => builder.UseSslClientAuthenticationOptionsCallback(options => options.RemoteCertificateValidationCallback = (_, _, _, _) => false));
        }
    }

    private async Task EndsAsync(string user, string settings)
    {
        await using var routed = RoutingDataSource.Create($"{servers.Cluster.GetConnectionString(username: user, password: "pass")};{settings}");
        var error = await Assert.ThrowsAsync<NpgsqlException>(async () => await routed.OpenConnectionAsync());
        Assert.True(error.IsTransient);
        foreach (var node in servers.Cluster.Nodes)
            Assert.Contains($"127.0.0.1:{node.Port}: unreachable, ", error.Message, StringComparison.Ordinal);
    }

    private async Task SameAsync(string user, string settings, Action<NpgsqlDataSourceBuilder> configure)
    {
        var ports = servers.Cluster.Nodes.Select(node => $"127.0.0.1:{node.Port}");
        var plain = new NpgsqlDataSourceBuilder($"{servers.Cluster.Primary.GetConnectionString(username: user, password: "pass")};{settings}");
        configure(plain);
        await using var yardstick = plain.Build();

        var all = new NpgsqlConnectionStringBuilder(plain.ConnectionString) { Host = string.Join(',', ports) };
        if (plain.ConnectionStringBuilder.Host == "localhost")
            all.Host = all.Host.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        await using var routed = new RoutingDataSourceBuilder(all.ConnectionString)
            .Configure(options => (options.ReadYourWrites, options.MaxReplicaLag, options.ProbeTimeout) = (ReadYourWrites.None, null, options.ProbeInterval))
            .ConfigureNpgsql(configure)
            .Build();

        var expected = await RunAsync(yardstick);
        Assert.Equal(expected, await RunAsync(routed));
        if (!expected.StartsWith(user, StringComparison.Ordinal))
            return;
        await routed.WaitUntilWellAsync();
        await using var read = routed.CreateCommand("SELECT current_user");
        Assert.Equal(user, await read.ExecuteScalarAsync());
        Assert.Equal(RouteTarget.Replica, read.LastRoute!.Value.Target);
        foreach (var node in servers.Cluster.Nodes)
            Assert.True(await node.QueryScalarAsync<bool>($"SELECT bool_and(ssl) FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE usename = '{user}'"));
    }

    private static async Task<string> RunAsync(DbDataSource source)
    {
        try
        {
            await using var command = source.CreateCommand(
                "SELECT concat_ws(' ', current_user, version, client_dn) FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
            return (string)(await command.ExecuteScalarAsync())!;
        }
        catch (Exception error)
        {
            return $"{Tell(error)}, transient: {error is DbException { IsTransient: true }}";
        }
    }

    private static string Tell(Exception error) =>
        $"{error.GetType().Name} {(error as DbException)?.SqlState}: {error.Message}{(error.InnerException is { } inner ? $" <- {Tell(inner)}" : "")}";

    public sealed class Servers : IAsyncLifetime
    {
        public PostgresCluster Cluster { get; private set; } = null!;

        public string Folder { get; } = Directory.CreateTempSubdirectory("routing-tls-").FullName;

        public async Task InitializeAsync()
        {
            Cluster = await TestPostgres.StartAsync(1);
            await Cluster.Primary.ExecuteAsync("CREATE USER app PASSWORD 'pass'; CREATE USER holder PASSWORD 'pass'");
            using var authority = Certificate("authority", null);
            using var other = Certificate("holder", null);
            using var holder = Certificate("holder", authority);
            Write("authority", authority);
            Write("other", other);
            Write("holder", holder);
            foreach (var node in Cluster.Nodes)
            {
                using var server = Certificate(node.Name, authority);
                await PutAsync(node, "authority.crt", authority.ExportCertificatePem());
                await PutAsync(node, "server.crt", server.ExportCertificatePem());
                await PutAsync(node, "server.key", server.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
                var rules = Path.Combine(node.DataDirectory, "pg_hba.conf");
                var before = await File.ReadAllTextAsync(rules);
                await PutAsync(node, "pg_hba.conf", $"""
                    hostssl all app 127.0.0.1/32 scram-sha-256
                    hostssl all holder 127.0.0.1/32 cert
                    hostnossl all app,holder 127.0.0.1/32 reject
                    {before}
                    """);
                await node.SetAsync("ssl_ca_file", "authority.crt");
                await node.SetAsync("ssl", "on");
            }

            await Cluster.WaitForReplayAsync();
        }

        public async Task DisposeAsync()
        {
            await Cluster.DisposeAsync();
            Directory.Delete(Folder, recursive: true);
        }

        // By the server, so that the file belongs to its user, as it demands of a key.
        private static Task PutAsync(PostgresNode node, string file, string text) => node.ExecuteAsync(
            $"COPY (SELECT unnest(string_to_array($text${text}$text$, E'\\n'))) TO PROGRAM 'umask 077; cat > {file}.new && mv {file}.new {file}'");

        private static X509Certificate2 Certificate(string name, X509Certificate2? authority)
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: authority is null, false, 0, critical: true));
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
            var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            if (authority is null)
                return request.CreateSelfSigned(from, to);
            using var signed = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(8));
            return signed.CopyWithPrivateKey(key);
        }

        private void Write(string name, X509Certificate2 certificate)
        {
            File.WriteAllText($"{Folder}/{name}.pem", certificate.ExportCertificatePem());
            File.WriteAllText($"{Folder}/{name}.key", certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        }
    }
}
