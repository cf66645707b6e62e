using System.IO.Enumeration;
using System.Text;
using Mig.Browse;
using Mig.Core;
using Mig.Edits;
using Mig.Edits.Operations;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Inventories.Systems;

namespace Mig.Sealing;

/// <summary>Finds what the rules of operations name in a machine, over all its volumes, and does to it what they say.</summary>
internal sealed class SealedFiles(ImageEdit edit, MachineFiles machine)
{
    private const byte Slash = (byte)'/';
    private const char Home = '~';

    private readonly Dictionary<ImageVolume, LinkedNames> _links = [];
    private IReadOnlyList<string>? _homes;

    /// <returns>What was there and is not any more.</returns>
    public IEnumerable<SealedPath> Run(SealOperation operation)
    {
        foreach (SealRule rule in operation.Rules)
        {
            foreach ((string folder, TreeEntry entry) in Expand(rule.Pattern))
            {
                MountPoint mount = machine.MountOf(folder);
                NodeWriter nodes = Open(mount);
                byte[] path = [.. Encoding.UTF8.GetBytes(mount.OnVolume(folder)), Slash, .. entry.Name.Span];
                if (nodes.Writer.Find(path) is not { } node)
                    continue; // an earlier rule took it
                string place = $"/{(folder.Length == 0 ? "" : folder + "/")}{Encoding.UTF8.GetString(entry.Name.Span)}";
                foreach ((string where, long files, long bytes) in Do(rule.Action, nodes, path, node, place))
                    yield return new SealedPath(operation.Name, rule.Action, where, files, bytes);
                if (!operation.IsSecret || node is not { Type: NodeType.File, LinkCount: > 1 })
                    continue;
                foreach (SealedPath other in RemoveOtherNames(operation, mount, nodes, path))
                    yield return other;
            }
        }
    }

    // A secret that has another name would stay.
    private IEnumerable<SealedPath> RemoveOtherNames(SealOperation operation, MountPoint mount, NodeWriter nodes, byte[] path)
    {
        if (!_links.TryGetValue(mount.Volume, out LinkedNames? links))
            _links.Add(mount.Volume, links = new LinkedNames(machine.Store, edit.Limits, mount.Volume.Root!));
        foreach (string name in links.OthersOf("/" + Encoding.Latin1.GetString(path).TrimStart('/')))
        {
            byte[] other = Encoding.Latin1.GetBytes(name);
            if (nodes.Writer.Find(other) is not { } node)
                continue;
            (long files, long bytes) = nodes.RemoveTree(other, node);
            yield return new SealedPath(operation.Name, SealAction.Remove, mount.OfVolume(Encoding.UTF8.GetString(other)), files, bytes);
        }
    }

    private IEnumerable<(string Folder, TreeEntry Entry)> Expand(string pattern)
    {
        string[] parts = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return pattern[0] == Home ? Homes().SelectMany(home => Expand(home, parts[1..])) : Expand("", parts);
    }

    // Where users have always been, and where the user database says they are.
    private IReadOnlyList<string> Homes() => _homes ??=
    [
        .. machine.List("home").Select(file => file.Path).Append("root").Concat(Users.Read(machine).Select(user => user.Home))
            .Select(home => machine.Find(home)).Where(home => home is { Entry.Type: TreeEntryType.Directory }).Select(home => home!.Path).Distinct(),
    ];

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

    private NodeWriter Open(MountPoint mount) =>
        new(edit.OpenVolume(edit.Before.Disks.First(disk => disk.Volumes.Contains(mount.Volume)), mount.Volume), new EditLog(), edit.Clock);

    /// <returns>Each path that lost something: a directory that went as one is one.</returns>
    private static IEnumerable<(string Path, long Files, long Bytes)> Do(SealAction action, NodeWriter nodes, byte[] path, FileNode node, string place)
    {
        (long Files, long Bytes) gone = (0, 0);
        switch (action)
        {
            case SealAction.Empty when node is { Type: NodeType.File, Size: > 0 }:
                nodes.Writer.SetLength(path, 0);
                gone = (1, node.Size);
                break;
            case SealAction.Remove:
                gone = nodes.RemoveTree(path, node);
                break;
            case SealAction.RemoveContents when node.Type == NodeType.Directory:
                gone = nodes.RemoveChildren(path);
                break;
            case SealAction.RemoveFiles when node.Type == NodeType.Directory:
                return RemoveFiles(nodes, path, place);
        }

        return gone.Files > 0 ? [(place, gone.Files, gone.Bytes)] : [];
    }

    private static List<(string Path, long Files, long Bytes)> RemoveFiles(NodeWriter nodes, byte[] directory, string place)
    {
        var gone = new List<(string, long, long)>();
        foreach ((byte[] name, FileNode node) in nodes.List(directory))
        {
            byte[] path = [.. directory, Slash, .. name];
            string below = $"{place}/{Encoding.UTF8.GetString(name)}";
            if (node.Type == NodeType.Directory)
            {
                gone.AddRange(RemoveFiles(nodes, path, below));
                continue;
            }

            (long files, long bytes) = nodes.RemoveTree(path, node);
            gone.Add((below, files, bytes));
        }

        return gone;
    }
}
