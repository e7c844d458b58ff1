using System.Threading.Channels;
using Microsoft.CodeAnalysis;
using Microsoft.Extensions.Hosting;

namespace ReplicaRouting.IntegrationTests.Documentation;

/// <summary>The samples of the page about ASP.NET Core are compiled; the background job runs.</summary>
[Collection(Alone.Name)]
public sealed class AspNetCoreTests
{
    // What a web project has anyway, and gRPC's types as far as the sample names them, for its package is not among our dependencies.
    private const string Usings = """
        using System.Collections.Generic; using System.Threading.Channels;
        using Microsoft.AspNetCore.Builder; using Microsoft.AspNetCore.Http; using Microsoft.AspNetCore.SignalR;
        using Microsoft.Extensions.DependencyInjection; using Microsoft.Extensions.Hosting;
        using ReplicaRouting; using ReplicaRouting.AspNetCore;

        """;

    private const string Grpc = """

        namespace Grpc.Core
        {
            public sealed class Metadata { public string? GetValue(string key) => key; public void Add(string key, string value) { } }
            public sealed class ServerCallContext { public Metadata RequestHeaders { get; } = new(); public Metadata ResponseTrailers { get; } = new(); }
            public delegate Task<TResponse> UnaryServerMethod<TRequest, TResponse>(TRequest request, ServerCallContext context) where TRequest : class where TResponse : class;
        }
        namespace Grpc.Core.Interceptors
        {
            public abstract class Interceptor
            {
                public virtual Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
                    where TRequest : class where TResponse : class => continuation(request, context);
            }
        }
        """;

    [Fact]
    public void Samples_OfThePage_Compile()
    {
        var blocks = Blocks();
        Assert.Equal(5, blocks.Count);
        Sample.Compile(Usings + blocks[0], OutputKind.ConsoleApplication);
        Sample.Compile(Usings + InApp(blocks[1]), OutputKind.DynamicallyLinkedLibrary);
        Sample.Compile(Usings + blocks[2] + Grpc, OutputKind.DynamicallyLinkedLibrary);
        Sample.Compile(Usings + blocks[3], OutputKind.DynamicallyLinkedLibrary);
        Sample.Compile(Usings + InApp(blocks[4]), OutputKind.DynamicallyLinkedLibrary);

        static string InApp(string statements) =>
            $"public static class Part {{ public static void Configure(WebApplicationBuilder builder, WebApplication app) {{ {statements} }} }}";
    }

    [Fact]
    public async Task Job_WithAToken_SeesTheWriteAndLeaksNoSession()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, item text NOT NULL)");
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        await cluster.Replicas[0].PauseReplayAsync();
        string? token;
        using (var session = RoutingSession.Begin())
        {
            await source.RunAsync("INSERT INTO orders (item) VALUES ('tea')");
            token = (await session.GetTokenAsync())!.ToString();
        }

        var mailer = Sample.Compile(Usings + Blocks()[3], OutputKind.DynamicallyLinkedLibrary).GetType("Mailer")!;
        var jobs = Channel.CreateUnbounded<(long, string?)>();
        jobs.Writer.TryWrite((1, token));
        jobs.Writer.TryWrite((1, "rubbish"));
        jobs.Writer.Complete();
        using var service = (BackgroundService)Activator.CreateInstance(mailer, source, jobs)!;
        var printed = await Sample.PrintedByAsync(async () =>
        {
            await service.StartAsync(default);
            await service.ExecuteTask!;
        });
        await cluster.Replicas[0].ResumeReplayAsync();
        Assert.Equal(["Mail about tea: True", "Mail about : True"], printed); // the second has no token, and reads from the replica
        Assert.Null(RoutingSession.Current);
    }

    private static List<string> Blocks() => Pages.Marked("docs/aspnetcore.md", $"sample: {nameof(AspNetCoreTests)}.{nameof(Samples_OfThePage_Compile)}");
}
