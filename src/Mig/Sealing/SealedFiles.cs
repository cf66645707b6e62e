using System.IO.Enumeration;
using System.Text;
using Mig.Browse;
using Mig.Core;
using Mig.Edits;
using Mig.Edits.Operations;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.History.Trees;

namespace Mig.Sealing;

/// <summary>Finds what the rules of operations name in a machine, over all its volumes, and does to it what they say.</summary>
internal sealed class SealedFiles(ImageEdit edit, MachineFiles machine)
{
    private const byte Slash = (byte)'/';

    /// <returns>What was there and is not any more.</returns>
    public IEnumerable<SealedPath> Run(SealOperation operation)
    {
        foreach (SealRule rule in operation.Rules)
        {
            foreach ((string folder, TreeEntry entry) in Expand("", rule.Pattern.Split('/', StringSplitOptions.RemoveEmptyEntries)))
            {
                (NodeWriter nodes, byte[] path) = Locate(folder, entry);
                if (nodes.Writer.Find(path) is not { } node)
                    continue; // an earlier rule took it
                (long Files, long Bytes) gone = Do(rule.Action, nodes, path, node);
                if (gone.Files > 0)
                    yield return new SealedPath(operation.Name, rule.Action, $"/{(folder.Length == 0 ? "" : folder + "/")}{Encoding.UTF8.GetString(entry.Name.Span)}", gone.Files, gone.Bytes);
            }
        }
    }

    // Folders are followed wherever links lead, as programs of the machine would; the last name is not.
    private IEnumerable<(string Folder, TreeEntry Entry)> Expand(string folder, ArraySegment<string> pattern)
    {
        if (machine.Find(folder) is not { Entry.Type: TreeEntryType.Directory } found)
            yield break;
        foreach (MachineFile file in machine.List(found.Path))
        {
            string name = Encoding.UTF8.GetString(file.Entry.Name.Span);
            if (!FileSystemName.MatchesSimpleExpression(pattern[0], name, ignoreCase: false) && !IsNumbered(pattern[0], name))
                continue;
            if (pattern.Count == 1)
            {
                yield return (found.Path, file.Entry);
                continue;
            }

            foreach ((string Folder, TreeEntry Entry) below in Expand(file.Path, pattern[1..]))
                yield return below;
        }
    }

    // The only class of characters that rules use: logs are numbered when they are rotated.
    private static bool IsNumbered(string pattern, string name)
    {
        const string Digit = "[0-9]";
        return pattern.EndsWith(Digit, StringComparison.Ordinal) && name.Length > 0 && char.IsAsciiDigit(name[^1])
            && FileSystemName.MatchesSimpleExpression(pattern.AsSpan(0, pattern.Length - Digit.Length), name.AsSpan(0, name.Length - 1), ignoreCase: false);
    }

    private (NodeWriter Nodes, byte[] Path) Locate(string folder, TreeEntry entry)
    {
        MountPoint mount = machine.MountOf(folder);
        (ImageDisk disk, ImageVolume volume) = edit.Before.Disks.SelectMany(disk => disk.Volumes.Select(volume => (disk, volume))).First(item => ReferenceEquals(item.volume.Root, mount.Root));
        string below = folder[mount.Path.Length..];
        return (new NodeWriter(edit.OpenVolume(disk, volume), new EditLog(), edit.Clock), [.. Encoding.UTF8.GetBytes(below), Slash, .. entry.Name.Span]);
    }

    private static (long Files, long Bytes) Do(SealAction action, NodeWriter nodes, byte[] path, FileNode node)
    {
        switch (action)
        {
            case SealAction.Empty when node is { Type: NodeType.File, Size: > 0 }:
                nodes.Writer.SetLength(path, 0);
                return (1, node.Size);
            case SealAction.Remove:
                return nodes.RemoveTree(path, node);
            case SealAction.RemoveContents when node.Type == NodeType.Directory:
                return nodes.RemoveChildren(path);
            default:
                return (0, 0);
        }
    }
}
