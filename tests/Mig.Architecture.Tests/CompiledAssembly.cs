using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Mig.Architecture.Tests;

/// <summary>What a built assembly refers to: what the compiler wrote down, not what a project file allows.</summary>
internal sealed record CompiledAssembly(string Name, IReadOnlySet<string> Assemblies, IReadOnlySet<string> Types)
{
    /// <summary>Reads an assembly that lies beside the tests.</summary>
    public static CompiledAssembly Read(string name)
    {
        using FileStream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, name + ".dll"));
        using var image = new PEReader(file);
        MetadataReader metadata = image.GetMetadataReader();
        var assemblies = metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)).ToHashSet();
        var types = metadata.TypeReferences
            .Select(metadata.GetTypeReference)
            .Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}")
            .ToHashSet();
        return new CompiledAssembly(metadata.GetString(metadata.GetAssemblyDefinition().Name), assemblies, types);
    }
}
