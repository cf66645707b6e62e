using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Mig.Architecture.Tests.Graphs;

/// <summary>
/// Which groups of types inside one assembly refer to which: the pairs of types are counted, nested types and lambdas as part of the
/// outermost type.
/// </summary>
internal static class TypeReferences
{
    /// <summary>Reads an assembly.</summary>
    /// <param name="path">The assembly.</param>
    /// <param name="groupOf">Says which group a type belongs to, by namespace and name; null: none.</param>
    public static ReferenceGraph Read(string path, Func<string, string, string?> groupOf)
    {
        using FileStream file = File.OpenRead(path);
        using var image = new PEReader(file);
        MetadataReader metadata = image.GetMetadataReader();
        var pairs = new HashSet<(TypeDefinitionHandle From, TypeDefinitionHandle To)>();
        foreach (TypeDefinitionHandle handle in metadata.TypeDefinitions)
        {
            TypeDefinitionHandle from = Outermost(metadata, handle);
            pairs.UnionWith(new TypeReader(image, metadata).Read(handle).Select(to => (from, Outermost(metadata, to))));
        }

        string? GroupOf(TypeDefinitionHandle handle)
        {
            TypeDefinition type = metadata.GetTypeDefinition(handle);
            return groupOf(metadata.GetString(type.Namespace), metadata.GetString(type.Name));
        }

        var arrows = pairs.Select(pair => (From: GroupOf(pair.From), To: GroupOf(pair.To)))
            .Where(pair => pair.From is not null && pair.To is not null && pair.From != pair.To)
            .GroupBy(pair => (pair.From!, pair.To!))
            .ToDictionary(group => group.Key, group => group.Count());
        IEnumerable<string> names = metadata.TypeDefinitions.Select(handle => GroupOf(Outermost(metadata, handle))).OfType<string>()
            .Distinct();
        return new ReferenceGraph(names, arrows);
    }

    private static TypeDefinitionHandle Outermost(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        while (metadata.GetTypeDefinition(handle).GetDeclaringType() is { IsNil: false } declaring)
            handle = declaring;
        return handle;
    }
}
