using System.IO.Enumeration;
using System.Text;
using Mig.Core;
using Mig.Edits.Operations;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Machines.Inventories.Systems;
using Mig.Machines.Mounts;
using Mig.Machines.Sealing;

namespace Mig.Edits.Sealing;

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
            foreach ((string folder, TreeEntry entry) in Expand(rule.Pattern).Where(found => !IsExcepted(rule, found.Entry)))
            {
                foreach (MachineFile place in FollowLink(operation, rule, folder, entry)
                    .Append(new MachineFile(Join(folder, Encoding.UTF8.GetString(entry.Name.Span)), entry)))
                {
                    foreach (SealedPath gone in Seal(operation, rule.Action, place))
                        yield return gone;
                }
            }
        }
    }

    private static bool IsExcepted(SealRule rule, TreeEntry entry) => rule.Except.Length > 0
        && FileSystemName.MatchesSimpleExpression(rule.Except, Encoding.UTF8.GetString(entry.Name.Span), ignoreCase: false);

    private static string Join(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";

    // Behind a link is what is meant, where it is a secret or the one path that is named. Whoever may make a link in his home must not have
    // others' files removed by it.
    private IEnumerable<MachineFile> FollowLink(SealOperation operation, SealRule rule, string folder, TreeEntry entry)
    {
        if (entry.Type != TreeEntryType.SymbolicLink || !(operation.IsSecret || rule.IsExact)
            || machine.Find(Join(folder, Encoding.UTF8.GetString(entry.Name.Span))) is not { } target || target.Entry.Uid != entry.Uid)
            return [];
        bool isFolder = target.Entry.Type == TreeEntryType.Directory, wantsFolder = rule.Action is SealAction.RemoveContents
            or SealAction.RemoveFiles;
        return isFolder == wantsFolder && target.Entry.Type is TreeEntryType.File or TreeEntryType.Directory ? [target] : [];
    }

    private IEnumerable<SealedPath> Seal(SealOperation operation, SealAction action, MachineFile file)
    {
        int slash = file.Path.LastIndexOf('/');
        string folder = slash < 0 ? "" : file.Path[..slash];
        MountPoint mount = machine.MountOf(folder);
        NodeWriter nodes = Open(mount);
        string name = file.Path[(slash + 1)..];
        byte[] path = [.. Encoding.UTF8.GetBytes(mount.OnVolume(folder)), Slash, .. name.Contains('\uFFFD', StringComparison.Ordinal)
            ? file.Entry.Name.ToArray() : Encoding.UTF8.GetBytes(name)];
        if (nodes.Writer.Find(path) is not { } node)
            yield break; // an earlier rule took it
        foreach ((string where, long files, long bytes) in Do(action, nodes, path, node, $"/{file.Path}"))
            yield return new SealedPath(operation.Name, action, where, files, bytes);
        if (!operation.IsSecret || node is not { Type: NodeType.File, LinkCount: > 1 })
            yield break;
        foreach (SealedPath other in RemoveOtherNames(operation, mount, nodes, path))
            yield return other;
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
        if (pattern == SealRule.HostKeys)
        {
            return SshConfiguration.Read(machine).Where(setting => setting.Keyword is "hostkey" or "hostcertificate"
                && setting.Value.StartsWith('/') && !setting.Value.AsSpan().ContainsAny('*', '?'))
                .SelectMany(setting => new[] { setting.Value, setting.Value + ".pub", setting.Value + "-cert.pub" }).Distinct()
                    .SelectMany(path => Expand("", path.Split('/', StringSplitOptions.RemoveEmptyEntries)));
        }

        string[] parts = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return pattern[0] == Home ? Homes().SelectMany(home => Expand(home, parts[1..])) : Expand("", parts);
    }

    // Where users have always been, and where the user database says they are.
    private IReadOnlyList<string> Homes() => _homes ??=
    [
        .. machine.List("home").Select(file => file.Path).Append("root").Concat(DomainHomes())
            .Concat(Users.Read(machine).Select(user => user.Home))
            .Select(home => machine.Find(home)).Where(home => home is { Entry.Type: TreeEntryType.Directory }).Select(home => home!.Path)
                .Distinct(),
    ];

    // Users of a domain are in no database of the machine; their homes are in a folder for the domain.
    private IEnumerable<string> DomainHomes()
    {
        HashSet<string> own = [.. Users.Read(machine).Select(user => user.Home.Trim('/'))];
        return machine.List("home").Where(folder => folder.Entry.Type == TreeEntryType.Directory && !own.Contains(folder.Path))
            .SelectMany(folder => machine.List(folder.Path)).Select(file => file.Path);
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
            && FileSystemName.MatchesSimpleExpression(
                pattern.AsSpan(0, pattern.Length - Digit.Length), name.AsSpan(0, name.Length - 1), ignoreCase: false);
    }

    private NodeWriter Open(MountPoint mount) =>
        new(edit.OpenVolume(edit.Before.Disks.First(disk => disk.Volumes.Contains(mount.Volume)), mount.Volume), new EditLog(), edit.Clock);

    /// <returns>Each path that lost something: a directory that went as one is one.</returns>
    private static IEnumerable<(string Path, long Files, long Bytes)> Do(
        SealAction action, NodeWriter nodes, byte[] path, FileNode node, string place)
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
