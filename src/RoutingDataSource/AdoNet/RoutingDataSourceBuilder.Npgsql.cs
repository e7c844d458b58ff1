using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Npgsql;
using Npgsql.Internal;
using Npgsql.TypeMapping;
using ReplicaRouting.AdoNet;

#pragma warning disable CS0618 // obsolete members are passed on as long as Npgsql has them
#pragma warning disable NPG9001, NPG9003 // for plugins, which are built on them

namespace ReplicaRouting;

// What Npgsql's builder has. Each call is made at once on a builder of nobody's, so that it fails where Npgsql's would, and again on the builder
// of each pool of each node.
public sealed partial class RoutingDataSourceBuilder : INpgsqlTypeMapper
{
    private const string JsonReflects = "Json serializer may perform reflection on trimmed types.";
    private const string JsonNeedsCode = "Serializing arbitrary types to json can need code that is made at run time.";
    private const string TuplesReflect = "Reading PostgreSQL's records as tuples needs reflection.";
    private const string TuplesNeedCode = "Reading PostgreSQL's records as tuples needs code that is made at run time.";
    private const string UnmappedReflect = "Enums, ranges and multiranges that are not mapped need reflection.";
    private const string UnmappedNeedCode = "Enums, ranges and multiranges that are not mapped need code that is made at run time.";
    private const string MapNeedsCode = "Mapping a type that is only known at run time can need code that is made at run time.";
    private const string CompositesNeedCode = "Mapping composite types can need code that is made at run time.";
    private const DynamicallyAccessedMemberTypes EnumMembers =
        DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicParameterlessConstructor;
    private const DynamicallyAccessedMemberTypes CompositeMembers = DynamicallyAccessedMemberTypes.PublicConstructors
        | DynamicallyAccessedMemberTypes.PublicFields | DynamicallyAccessedMemberTypes.PublicProperties;

    private readonly NpgsqlDataSourceBuilder _trial = new();
    private NpgsqlConnectionStringBuilder? _npgsqlSettings;

    /// <summary>Gets Npgsql's settings of the connection string that the constructor was given, to be changed before <see cref="Build"/>; without
    /// one, settings for the nodes that its <c>Host</c> will list.</summary>
    /// <remarks>Of several ports, <c>Port</c> shows none: see <see cref="RoutingConnectionStringBuilder"/>. Nodes that were added by
    /// <see cref="AddPrimary(string, int, string?)"/> and <see cref="AddReplica(string, int, string?)"/> have their own.</remarks>
    public NpgsqlConnectionStringBuilder ConnectionStringBuilder => _npgsqlSettings ??= _settings?.ToNpgsql() ?? new();

    /// <summary>Gets the text of <see cref="ConnectionStringBuilder"/>, with its password.</summary>
    public string ConnectionString => ConnectionStringBuilder.ToString();

    /// <inheritdoc />
    public INpgsqlNameTranslator DefaultNameTranslator
    {
        get => _trial.DefaultNameTranslator;
        set => OnAll(npgsql => npgsql.DefaultNameTranslator = value);
    }

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.EnableParameterLogging" />
    public RoutingDataSourceBuilder EnableParameterLogging(bool parameterLoggingEnabled = true) =>
        OnAll(npgsql => npgsql.EnableParameterLogging(parameterLoggingEnabled));

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.ConfigureTypeLoading" />
    public RoutingDataSourceBuilder ConfigureTypeLoading(Action<NpgsqlTypeLoadingOptionsBuilder> configureAction) =>
        OnAll(npgsql => npgsql.ConfigureTypeLoading(configureAction));

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.ConfigureTracing" />
    public RoutingDataSourceBuilder ConfigureTracing(Action<NpgsqlTracingOptionsBuilder> configureAction) =>
        OnAll(npgsql => npgsql.ConfigureTracing(configureAction));

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.ConfigureJsonOptions" />
    public RoutingDataSourceBuilder ConfigureJsonOptions(JsonSerializerOptions serializerOptions) =>
        OnAll(npgsql => npgsql.ConfigureJsonOptions(serializerOptions));

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.EnableDynamicJson" />
    [RequiresUnreferencedCode(JsonReflects)]
    [RequiresDynamicCode(JsonNeedsCode)]
    public RoutingDataSourceBuilder EnableDynamicJson(Type[]? jsonbClrTypes = null, Type[]? jsonClrTypes = null) =>
        OnAll(npgsql => npgsql.EnableDynamicJson(jsonbClrTypes, jsonClrTypes));

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.EnableRecordsAsTuples" />
    [RequiresUnreferencedCode(TuplesReflect)]
    [RequiresDynamicCode(TuplesNeedCode)]
    public RoutingDataSourceBuilder EnableRecordsAsTuples() => OnAll(npgsql => npgsql.EnableRecordsAsTuples());

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.EnableUnmappedTypes" />
    [RequiresUnreferencedCode(UnmappedReflect)]
    [RequiresDynamicCode(UnmappedNeedCode)]
    public RoutingDataSourceBuilder EnableUnmappedTypes() => OnAll(npgsql => npgsql.EnableUnmappedTypes());

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.UseUserCertificateValidationCallback" />
    [Obsolete("Use UseSslClientAuthenticationOptionsCallback")]
    public RoutingDataSourceBuilder UseUserCertificateValidationCallback(RemoteCertificateValidationCallback userCertificateValidationCallback) =>
        OnAll(npgsql => npgsql.UseUserCertificateValidationCallback(userCertificateValidationCallback));

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.UseClientCertificate" />
    [Obsolete("Use UseSslClientAuthenticationOptionsCallback")]
    public RoutingDataSourceBuilder UseClientCertificate(X509Certificate? clientCertificate) =>
        OnAll(npgsql => npgsql.UseClientCertificate(clientCertificate));

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.UseClientCertificates" />
    [Obsolete("Use UseSslClientAuthenticationOptionsCallback")]
    public RoutingDataSourceBuilder UseClientCertificates(X509CertificateCollection? clientCertificates) =>
        OnAll(npgsql => npgsql.UseClientCertificates(clientCertificates));

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.UseSslClientAuthenticationOptionsCallback" />
    public RoutingDataSourceBuilder UseSslClientAuthenticationOptionsCallback(
        Action<SslClientAuthenticationOptions> sslClientAuthenticationOptionsCallback) =>
        OnAll(npgsql => npgsql.UseSslClientAuthenticationOptionsCallback(sslClientAuthenticationOptionsCallback));

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.UseClientCertificatesCallback" />
    [Obsolete("Use UseSslClientAuthenticationOptionsCallback")]
    public RoutingDataSourceBuilder UseClientCertificatesCallback(Action<X509CertificateCollection>? clientCertificatesCallback) =>
        OnAll(npgsql => npgsql.UseClientCertificatesCallback(clientCertificatesCallback));

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.UseRootCertificate" />
    public RoutingDataSourceBuilder UseRootCertificate(X509Certificate2? rootCertificate) =>
        OnAll(npgsql => npgsql.UseRootCertificate(rootCertificate));

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.UseRootCertificates" />
    public RoutingDataSourceBuilder UseRootCertificates(X509Certificate2Collection? rootCertificates) =>
        OnAll(npgsql => npgsql.UseRootCertificates(rootCertificates));

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.UseRootCertificateCallback" />
    public RoutingDataSourceBuilder UseRootCertificateCallback(Func<X509Certificate2>? rootCertificateCallback) =>
        OnAll(npgsql => npgsql.UseRootCertificateCallback(rootCertificateCallback));

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.UseRootCertificatesCallback" />
    public RoutingDataSourceBuilder UseRootCertificatesCallback(Func<X509Certificate2Collection>? rootCertificateCallback) =>
        OnAll(npgsql => npgsql.UseRootCertificatesCallback(rootCertificateCallback));

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.UsePeriodicPasswordProvider" />
    public RoutingDataSourceBuilder UsePeriodicPasswordProvider(
        Func<NpgsqlConnectionStringBuilder, CancellationToken, ValueTask<string>>? passwordProvider,
        TimeSpan successRefreshInterval,
        TimeSpan failureRefreshInterval) =>
        OnAll(npgsql => npgsql.UsePeriodicPasswordProvider(passwordProvider, successRefreshInterval, failureRefreshInterval));

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.UsePasswordProvider" />
    public RoutingDataSourceBuilder UsePasswordProvider(
        Func<NpgsqlConnectionStringBuilder, string>? passwordProvider,
        Func<NpgsqlConnectionStringBuilder, CancellationToken, ValueTask<string>>? passwordProviderAsync) =>
        OnAll(npgsql => npgsql.UsePasswordProvider(passwordProvider, passwordProviderAsync));

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.UseNegotiateOptionsCallback" />
    public RoutingDataSourceBuilder UseNegotiateOptionsCallback(Action<NegotiateAuthenticationClientOptions>? negotiateOptionsCallback) =>
        OnAll(npgsql => npgsql.UseNegotiateOptionsCallback(negotiateOptionsCallback));

    /// <summary>Sets what runs on each new connection to a server before it is used: on Npgsql's own, so nothing is routed there. On a replica it
    /// must not write. The connections that look after the servers are initialised as well.</summary>
    /// <param name="connectionInitializer">For connections that are opened synchronously.</param>
    /// <param name="connectionInitializerAsync">For connections that are opened asynchronously.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">One is set and the other is not.</exception>
    public RoutingDataSourceBuilder UsePhysicalConnectionInitializer(
        Action<NpgsqlConnection>? connectionInitializer, Func<NpgsqlConnection, Task>? connectionInitializerAsync) =>
        OnAll(npgsql => npgsql.UsePhysicalConnectionInitializer(connectionInitializer, connectionInitializerAsync));

    /// <inheritdoc />
    [Experimental("NPG9001")]
    public void AddTypeInfoResolverFactory(PgTypeInfoResolverFactory factory) => OnAll(npgsql => npgsql.AddTypeInfoResolverFactory(factory));

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.MapEnum{TEnum}" />
    public RoutingDataSourceBuilder MapEnum<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields)] TEnum>(
        string? pgName = null, INpgsqlNameTranslator? nameTranslator = null)
        where TEnum : struct, Enum =>
        OnAll(npgsql => npgsql.MapEnum<TEnum>(pgName, nameTranslator));

    /// <inheritdoc />
    public bool UnmapEnum<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields)] TEnum>(
        string? pgName = null, INpgsqlNameTranslator? nameTranslator = null)
        where TEnum : struct, Enum
    {
        ConfigureNpgsql(npgsql => npgsql.UnmapEnum<TEnum>(pgName, nameTranslator));
        return _trial.UnmapEnum<TEnum>(pgName, nameTranslator);
    }

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.MapEnum(Type, string?, INpgsqlNameTranslator?)" />
    [RequiresDynamicCode(MapNeedsCode)]
    public RoutingDataSourceBuilder MapEnum(
        [DynamicallyAccessedMembers(EnumMembers)] Type clrType, string? pgName = null, INpgsqlNameTranslator? nameTranslator = null) =>
        OnAll(npgsql => npgsql.MapEnum(clrType, pgName, nameTranslator));

    /// <inheritdoc />
    public bool UnmapEnum(
        [DynamicallyAccessedMembers(EnumMembers)] Type clrType, string? pgName = null, INpgsqlNameTranslator? nameTranslator = null)
    {
        ConfigureNpgsql(npgsql => npgsql.UnmapEnum(clrType, pgName, nameTranslator));
        return _trial.UnmapEnum(clrType, pgName, nameTranslator);
    }

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.MapComposite{T}" />
    [RequiresDynamicCode(CompositesNeedCode)]
    public RoutingDataSourceBuilder MapComposite<[DynamicallyAccessedMembers(CompositeMembers)] T>(
        string? pgName = null, INpgsqlNameTranslator? nameTranslator = null) =>
        OnAll(npgsql => npgsql.MapComposite<T>(pgName, nameTranslator));

    /// <inheritdoc />
    [RequiresDynamicCode(CompositesNeedCode)]
    public bool UnmapComposite<[DynamicallyAccessedMembers(CompositeMembers)] T>(string? pgName = null, INpgsqlNameTranslator? nameTranslator = null)
    {
        ConfigureNpgsql(npgsql => npgsql.UnmapComposite<T>(pgName, nameTranslator));
        return _trial.UnmapComposite<T>(pgName, nameTranslator);
    }

    /// <inheritdoc cref="NpgsqlDataSourceBuilder.MapComposite(Type, string?, INpgsqlNameTranslator?)" />
    [RequiresDynamicCode(CompositesNeedCode)]
    public RoutingDataSourceBuilder MapComposite(
        [DynamicallyAccessedMembers(CompositeMembers)] Type clrType, string? pgName = null, INpgsqlNameTranslator? nameTranslator = null) =>
        OnAll(npgsql => npgsql.MapComposite(clrType, pgName, nameTranslator));

    /// <inheritdoc />
    [RequiresDynamicCode(CompositesNeedCode)]
    public bool UnmapComposite(
        [DynamicallyAccessedMembers(CompositeMembers)] Type clrType, string? pgName = null, INpgsqlNameTranslator? nameTranslator = null)
    {
        ConfigureNpgsql(npgsql => npgsql.UnmapComposite(clrType, pgName, nameTranslator));
        return _trial.UnmapComposite(clrType, pgName, nameTranslator);
    }

    void INpgsqlTypeMapper.AddDbTypeResolverFactory(DbTypeResolverFactory factory) =>
        OnAll(npgsql => ((INpgsqlTypeMapper)npgsql).AddDbTypeResolverFactory(factory));

    void INpgsqlTypeMapper.Reset() => OnAll(npgsql => ((INpgsqlTypeMapper)npgsql).Reset());

    INpgsqlTypeMapper INpgsqlTypeMapper.ConfigureJsonOptions(JsonSerializerOptions serializerOptions) => ConfigureJsonOptions(serializerOptions);

    [RequiresUnreferencedCode(JsonReflects)]
    [RequiresDynamicCode(JsonNeedsCode)]
    INpgsqlTypeMapper INpgsqlTypeMapper.EnableDynamicJson(Type[]? jsonbClrTypes, Type[]? jsonClrTypes) => EnableDynamicJson(jsonbClrTypes, jsonClrTypes);

    [RequiresUnreferencedCode(TuplesReflect)]
    [RequiresDynamicCode(TuplesNeedCode)]
    INpgsqlTypeMapper INpgsqlTypeMapper.EnableRecordsAsTuples() => EnableRecordsAsTuples();

    [RequiresUnreferencedCode(UnmappedReflect)]
    [RequiresDynamicCode(UnmappedNeedCode)]
    INpgsqlTypeMapper INpgsqlTypeMapper.EnableUnmappedTypes() => EnableUnmappedTypes();

    INpgsqlTypeMapper INpgsqlTypeMapper.MapEnum<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicFields)] TEnum>(
        string? pgName, INpgsqlNameTranslator? nameTranslator) => MapEnum<TEnum>(pgName, nameTranslator);

    [RequiresDynamicCode(MapNeedsCode)]
    INpgsqlTypeMapper INpgsqlTypeMapper.MapEnum(
        [DynamicallyAccessedMembers(EnumMembers)] Type clrType, string? pgName, INpgsqlNameTranslator? nameTranslator) =>
        MapEnum(clrType, pgName, nameTranslator);

    [RequiresDynamicCode(CompositesNeedCode)]
    INpgsqlTypeMapper INpgsqlTypeMapper.MapComposite<[DynamicallyAccessedMembers(CompositeMembers)] T>(
        string? pgName, INpgsqlNameTranslator? nameTranslator) => MapComposite<T>(pgName, nameTranslator);

    [RequiresDynamicCode(CompositesNeedCode)]
    INpgsqlTypeMapper INpgsqlTypeMapper.MapComposite(
        [DynamicallyAccessedMembers(CompositeMembers)] Type clrType, string? pgName, INpgsqlNameTranslator? nameTranslator) =>
        MapComposite(clrType, pgName, nameTranslator);

    private RoutingDataSourceBuilder OnAll(Action<NpgsqlDataSourceBuilder> configure)
    {
        configure(_trial);
        return ConfigureNpgsql(configure);
    }

    /// <summary>The nodes of the one connection string, as its settings are now.</summary>
    private List<NodeDefinition> ReadNodes(List<string> problems)
    {
        if (_npgsqlSettings is not { } npgsql)
            return _settings?.ToDefinitions(problems) ?? [];
        if (npgsql.Count == 0 && _settings is null)
            return [];
        var settings = _settings?.With(npgsql) ?? RoutingConnectionStringBuilder.Read(npgsql.ConnectionString, problems);
        if (FindProblem(npgsql.ConnectionString) is not { } problem)
            return settings.ToDefinitions(problems);
        problems.Add($"the connection string {problem}");
        return [];
    }
}
