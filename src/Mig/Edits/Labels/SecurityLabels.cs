using System.Text;
using Mig.Core;
using Mig.Edits.Operations;
using Mig.FileSystems;

namespace Mig.Edits.Labels;

/// <summary>
/// Gives new files of a volume that SELinux has labelled a label: that of the image's own policy, else that of their directory. Without
/// one, a machine that enforces its policy lets nobody read them.
/// </summary>
internal sealed class SecurityLabels(IFileSystemWriter writer, EditLog log)
{
    private const int MaxSize = 16 << 20;

    private static readonly byte[] Attribute = "security.selinux"u8.ToArray();

    private LabelPolicy? _policy;
    private bool _isRead;

    /// <summary>Labels what was made just now, unless it came with a label.</summary>
    public void Label(ReadOnlySpan<byte> path)
    {
        if (Find(VolumePath.Parent(path)) is not { } ofDirectory || writer.Find(path) is not { } node || node.Xattrs.Any(IsLabel))
            return;
        if (!_isRead)
            (_policy, _isRead) = (ReadPolicy(), true);
        string? byPolicy = _policy?.Find(Encoding.UTF8.GetString(Path(path)), node.Type);
        if (byPolicy is "")
            return;

        // The kernel takes labels with and without a NUL at the end; those that are there say which it is.
        ReadOnlySpan<byte> label = byPolicy is null ? ofDirectory.Span
            : Encoding.UTF8.GetBytes(ofDirectory.Span.EndsWith("\0"u8) ? byPolicy + "\0" : byPolicy);
        writer.SetExtendedAttribute(path, Attribute, label);
        log.CountLabel(byPolicy is not null);
    }

    private static bool IsLabel(ExtendedAttribute attribute) => attribute.Name.Span.SequenceEqual(Attribute);

    private byte[] Path(ReadOnlySpan<byte> path) => VolumePath.Join(writer.Resolve(VolumePath.Parent(path)), VolumePath.Name(path));

    private ReadOnlyMemory<byte>? Find(byte[] directory)
    {
        FileNode? node = writer.Find(directory);
        if (node?.Type == NodeType.SymbolicLink)
            node = writer.Find(writer.Resolve(directory));
        foreach (ExtendedAttribute attribute in node?.Xattrs ?? [])
        {
            if (IsLabel(attribute))
                return attribute.Value;
        }

        return null;
    }

    // /etc/selinux/config names the policy, and its folder has the files.
    private LabelPolicy? ReadPolicy()
    {
        string? type = Read("/etc/selinux/config")?.Split('\n').Select(line => line.Trim())
            .LastOrDefault(line => line.StartsWith("SELINUXTYPE=", StringComparison.Ordinal))?["SELINUXTYPE=".Length..].Trim();
        if (type is null or "" or "." or ".." || type.Contains('/', StringComparison.Ordinal))
            return null;
        string contexts = $"/etc/selinux/{type}/contexts/files/file_contexts";
        if (Read(contexts) is not { } text)
            return null;
        var policy = new LabelPolicy();
        policy.AddContexts(text);
        foreach (string more in (string[])[".homedirs", ".local"])
            policy.AddContexts(Read(contexts + more) ?? "");
        policy.AddSubstitutions(Read(contexts + ".subs") ?? "", isVendors: false);
        policy.AddSubstitutions(Read(contexts + ".subs_dist") ?? "", isVendors: true);
        policy.Finish();
        return policy;
    }

    private string? Read(string path)
    {
        try
        {
            byte[] resolved = writer.Resolve(Encoding.UTF8.GetBytes(path));
            if (writer.Find(resolved) is not { Type: NodeType.File, Size: <= MaxSize } node)
                return null;
            byte[] content = new byte[node.Size];
            using IFileSystem files = writer.Read();
            files.ReadContent(node.Number, 0, content);
            return Encoding.UTF8.GetString(content);
        }
        catch (Exception e) when (e is NotFoundException or RefusedOperationException)
        {
            return null;
        }
    }
}
