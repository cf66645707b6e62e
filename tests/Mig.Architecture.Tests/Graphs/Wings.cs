namespace Mig.Architecture.Tests.Graphs;

/// <summary>The wings of the project Mig: its namespaces below <c>Mig</c>, and what stands above them, the repository.</summary>
internal static class Wings
{
    /// <summary>What the types in the namespace <c>Mig</c> itself are called.</summary>
    public const string Root = "Repository";

    private const string Prefix = "Mig.";

    public static ReferenceGraph Read() => TypeReferences.Read(CompiledAssembly.PathOf("Mig"), WingOf);

    private static string? WingOf(string space, string name) =>
        space == "Mig" ? Root : space.StartsWith(Prefix, StringComparison.Ordinal) ? space[Prefix.Length..].Split('.')[0] : null;
}
