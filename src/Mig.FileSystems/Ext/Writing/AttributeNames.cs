namespace Mig.FileSystems.Ext.Writing;

/// <summary>Splits the full names of extended attributes, and refuses those that no node of the kind may have.</summary>
internal static class AttributeNames
{
    private const int MaxNameLength = 255;
    private const int MaxValueLength = 65536;

    /// <returns>The number that stands for the prefix, and what follows it.</returns>
    public static (byte Index, byte[] Suffix) Parse(ReadOnlySpan<byte> name, int valueLength, NodeType type)
    {
        if (valueLength > MaxValueLength)
            throw Refuse(name, $"its value has {valueLength} bytes, at most {MaxValueLength} allowed");
        if (name.Contains((byte)0))
            throw Refuse(name, "it has a zero byte");
        if (name.SequenceEqual("system.posix_acl_access"u8) || name.SequenceEqual("system.posix_acl_default"u8))
            return (CheckAcl(name, type), []);
        foreach (byte index in (byte[])[AttributePrefix.User, AttributePrefix.Trusted, AttributePrefix.Security])
        {
            byte[] prefix = AttributePrefix.Get(index)!;
            if (!name.StartsWith(prefix))
                continue;
            if (name.Length == prefix.Length || name.Length > MaxNameLength)
                throw Refuse(name, $"it has {name.Length} bytes, {prefix.Length + 1} to {MaxNameLength} allowed");
            if (index == AttributePrefix.User && type is not (NodeType.File or NodeType.Directory))
                throw Refuse(name, "only files and directories have attributes of this kind");
            return (index, name[prefix.Length..].ToArray());
        }

        throw Refuse(name, "only user., trusted., security. and access control lists can be set");
    }

    private static byte CheckAcl(ReadOnlySpan<byte> name, NodeType type)
    {
        bool isDefault = name.EndsWith("default"u8);
        if (type == NodeType.SymbolicLink)
            throw Refuse(name, "a symbolic link has no access control list");
        if (isDefault && type != NodeType.Directory)
            throw Refuse(name, "only directories have a default access control list");
        return isDefault ? AttributePrefix.DefaultAcl : AttributePrefix.AccessAcl;
    }

    private static RefusedOperationException Refuse(ReadOnlySpan<byte> name, string why) =>
        new(RefusalReason.BadAttribute, $"extended attribute {PathResolver.Describe(name)} cannot be set: {why}");
}
