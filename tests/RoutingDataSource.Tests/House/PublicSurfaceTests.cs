using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ReplicaRouting.Tests.House;

/// <summary>What the library promises to the outside changes only on purpose: it stands in <c>src/RoutingDataSource/PublicAPI.txt</c>.</summary>
public sealed class PublicSurfaceTests
{
    private const string AcceptVariable = "ROUTING_ACCEPT_PUBLIC_API";

    private static readonly SymbolDisplayFormat TypeFormat = SymbolDisplayFormat.CSharpErrorMessageFormat
        .WithKindOptions(SymbolDisplayKindOptions.IncludeTypeKeyword)
        .WithGenericsOptions(SymbolDisplayGenericsOptions.IncludeTypeParameters | SymbolDisplayGenericsOptions.IncludeTypeConstraints);

    private static readonly SymbolDisplayFormat MemberFormat = new(
        SymbolDisplayGlobalNamespaceStyle.Omitted,
        SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces,
        SymbolDisplayGenericsOptions.IncludeTypeParameters | SymbolDisplayGenericsOptions.IncludeTypeConstraints,
        SymbolDisplayMemberOptions.IncludeType | SymbolDisplayMemberOptions.IncludeModifiers | SymbolDisplayMemberOptions.IncludeParameters
            | SymbolDisplayMemberOptions.IncludeConstantValue | SymbolDisplayMemberOptions.IncludeRef | SymbolDisplayMemberOptions.IncludeAccessibility,
        SymbolDisplayDelegateStyle.NameAndSignature,
        SymbolDisplayExtensionMethodStyle.StaticMethod,
        SymbolDisplayParameterOptions.IncludeType | SymbolDisplayParameterOptions.IncludeName | SymbolDisplayParameterOptions.IncludeDefaultValue
            | SymbolDisplayParameterOptions.IncludeModifiers | SymbolDisplayParameterOptions.IncludeExtensionThis,
        SymbolDisplayPropertyStyle.ShowReadWriteDescriptor,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier
            | SymbolDisplayMiscellaneousOptions.AllowDefaultLiteral);

    private static string Committed => Path.Combine(Repository.Library, "PublicAPI.txt");

    [Fact]
    public void PublicSurface_OfTheLibrary_IsTheCommittedOne()
    {
        var actual = Describe();
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1")
            File.WriteAllLines(Committed, actual);
        var expected = File.Exists(Committed) ? File.ReadAllLines(Committed) : [];
        var difference = expected.Except(actual).Select(line => $"- {line}").Concat(actual.Except(expected).Select(line => $"+ {line}")).ToList();
        Assert.True(
            difference.Count == 0 && expected.Length == actual.Count,
            $"The public surface is not what {Committed} says. If that is meant, accept it: {AcceptVariable}=1 dotnet test " +
            $"tests/RoutingDataSource.Tests --filter PublicSurface, and commit the file.\n{string.Join('\n', difference)}");
    }

    [Fact]
    public void PublicSurface_Description_HoldsTypesMembersAndNullability()
    {
        var lines = Describe();
        Assert.Contains("sealed class ReplicaRouting.RoutingDataSource : System.Data.Common.DbDataSource", lines);
        Assert.Contains("  public static ReplicaRouting.RoutingDataSource Create(string connectionString)", lines);
        Assert.Contains("  public ReplicaRouting.RoutingCommand CreateCommand(string? commandText = null)", lines);
        Assert.DoesNotContain(lines, line => line.Contains(" internal ", StringComparison.Ordinal));
    }

    private static List<string> Describe()
    {
        var library = MetadataReference.CreateFromFile(typeof(RoutingDataSource).Assembly.Location);
        var compilation = CSharpCompilation.Create("Surface", references: LibrarySource.References.Append(library));
        var assembly = (IAssemblySymbol)compilation.GetAssemblyOrModuleSymbol(library)!;
        var lines = new List<string>();
        foreach (var type in PublicTypes(assembly.GlobalNamespace).OrderBy(type => type.ToDisplayString(), StringComparer.Ordinal))
        {
            lines.Add(Heading(type));
            lines.AddRange(type.GetMembers().Where(IsVisible).Select(member => $"  {member.ToDisplayString(MemberFormat)}").Order(StringComparer.Ordinal));
        }

        return lines;
    }

    private static string Heading(INamedTypeSymbol type)
    {
        var modifier = type switch
        {
            { TypeKind: not TypeKind.Class } => "",
            { IsStatic: true } => "static ",
            { IsSealed: true } => "sealed ",
            { IsAbstract: true } => "abstract ",
            _ => "",
        };
        var bases = type.Interfaces.Where(each => each.DeclaredAccessibility == Accessibility.Public).Select(each => each.ToDisplayString()).Order(StringComparer.Ordinal).ToList();
        if (type.BaseType is { SpecialType: SpecialType.None } parent)
            bases.Insert(0, parent.ToDisplayString());
        return $"{modifier}{type.ToDisplayString(TypeFormat)}{(bases.Count == 0 ? "" : $" : {string.Join(", ", bases)}")}";
    }

    private static IEnumerable<INamedTypeSymbol> PublicTypes(INamespaceOrTypeSymbol parent) =>
        parent.GetMembers().OfType<INamespaceSymbol>().SelectMany(PublicTypes)
            .Concat(parent.GetTypeMembers().Where(type => type.DeclaredAccessibility == Accessibility.Public).SelectMany(type => PublicTypes(type).Prepend(type)));

    private static bool IsVisible(ISymbol member) =>
        member is { IsImplicitlyDeclared: false, DeclaredAccessibility: Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal }
            and not INamedTypeSymbol and not IMethodSymbol { MethodKind: MethodKind.PropertyGet or MethodKind.PropertySet or MethodKind.EventAdd or MethodKind.EventRemove };
}
