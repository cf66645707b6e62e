using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Mig.Architecture.Tests;

/// <summary>What a built assembly refers to and defines: what the compiler wrote down, not what a project file allows.</summary>
/// <param name="Name">Its own name.</param>
/// <param name="Assemblies">The assemblies that it refers to.</param>
/// <param name="Types">The types of others that it refers to, with their namespaces.</param>
/// <param name="Definitions">The names of its own types, without namespaces.</param>
internal sealed record CompiledAssembly(
    string Name, IReadOnlySet<string> Assemblies, IReadOnlySet<string> Types, IReadOnlySet<string> Definitions)
{
    /// <summary>Returns the path of an assembly that lies beside the tests.</summary>
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, name + ".dll");

    /// <summary>Reads an assembly that lies beside the tests.</summary>
    public static CompiledAssembly Read(string name)
    {
        using FileStream file = File.OpenRead(PathOf(name));
        using var image = new PEReader(file);
        MetadataReader metadata = image.GetMetadataReader();
        var assemblies = metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
            .ToHashSet();
        var types = metadata.TypeReferences
            .Select(metadata.GetTypeReference)
            .Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}")
            .ToHashSet();
        var definitions = metadata.TypeDefinitions.Select(handle => metadata.GetString(metadata.GetTypeDefinition(handle).Name))
            .ToHashSet();
        return new CompiledAssembly(metadata.GetString(metadata.GetAssemblyDefinition().Name), assemblies, types, definitions);
    }
}
