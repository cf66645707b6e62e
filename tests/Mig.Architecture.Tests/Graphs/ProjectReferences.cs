namespace Mig.Architecture.Tests.Graphs;

/// <summary>Which projects refer to which, as the compiler wrote it down.</summary>
internal static class ProjectReferences
{
    /// <summary>Reads the assemblies of all projects in src that were built.</summary>
    public static ReferenceGraph Read()
    {
        string[] names =
        [
            .. Directory.GetDirectories(SourceTree.PathOf("src")).Select(path => Path.GetFileName(path)!)
                .Where(name => File.Exists(CompiledAssembly.PathOf(name))),
        ];
        var arrows = new Dictionary<(string, string), int>();
        foreach (string name in names)
        {
            foreach (string to in CompiledAssembly.Read(name).Assemblies.Intersect(names))
                arrows[(name, to)] = 0;
        }

        return new ReferenceGraph(names, arrows);
    }
}
