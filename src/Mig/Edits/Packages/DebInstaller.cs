using System.Globalization;
using System.Text;
using Mig.Archives;
using Mig.Core;
using Mig.Edits.Accounts;
using Mig.Edits.Layers;
using Mig.Edits.Operations;
using Mig.FileSystems;
using Mig.Machines.Installing;
using Mig.Machines.Inventories.Dpkg;
using Mig.Machines.Merging;

namespace Mig.Edits.Packages;

/// <summary>
/// Unpacks packages onto a volume and writes dpkg's records of them, as dpkg does when it installs them for the first time.
/// What was planned
/// is what is done: nothing that is there is replaced.
/// </summary>
/// <param name="scratchFolder">Where files that need it are put together.</param>
internal sealed class DebInstaller(NodeWriter nodes, DpkgState state, string scratchFolder)
{
    private const int RecordMode = NodeWriter.DefaultFileMode;

    /// <param name="linkerCache">What the linker's cache is to be; null when it stays as it is.</param>
    public void Install(IReadOnlyList<PackagePlan> plans, byte[]? linkerCache, CancellationToken cancellation)
    {
        foreach (PackagePlan plan in plans)
        {
            Unpack(plan, cancellation);
            WriteRecords(plan);
        }

        if (linkerCache is not null)
            nodes.WriteFile(Encoding.ASCII.GetBytes("/" + LinkerPlan.Path), new MemorySource(linkerCache), new NodeMetadata(RecordMode));
        WriteStatus(plans);
        WriteLog(plans);
    }

    private void Unpack(PackagePlan plan, CancellationToken cancellation)
    {
        var entries = new ArchiveEntry(scratchFolder);
        plan.File.ReadFiles((member, content) =>
        {
            byte[] path = Encoding.Latin1.GetBytes(DebContents.Clean(member.Path));
            if (path.AsSpan().SequenceEqual("/."u8))
                return;
            LayerEntry entry = entries.Of(member, content);
            (uint uid, uint gid) = Owner(member);
            var metadata = new NodeMetadata(
                entry.Type == NodeType.SymbolicLink ? NodeWriter.LinkMode : entry.Mode, uid, gid, entry.ModifiedTime);
            if (entry.Type == NodeType.Directory)
            {
                if (nodes.Writer.Find(path) is null)
                    nodes.MakeDirectory(path, metadata);
                return;
            }

            if (entry.IsHardLink)
                nodes.Writer.CreateHardLink(Encoding.Latin1.GetBytes(DebContents.Clean(entry.Target)), path);
            else if (entry.Type == NodeType.File)
                entry.MakeFile(nodes.Writer, path, metadata);
            else if (entry.Type == NodeType.SymbolicLink)
                nodes.Writer.CreateSymbolicLink(path, entry.Target, metadata);
            else
                nodes.Writer.CreateSpecial(path, entry.Type, entry.DeviceMajor, entry.DeviceMinor, metadata);
            if (!entry.IsHardLink)
                nodes.Labels.Label(path);
            nodes.Log.Add(path, EditChangeKind.Added);
        }, cancellation);
    }

    private void WriteRecords(PackagePlan plan)
    {
        foreach (DebControlFile file in plan.File.ControlFiles)
            Write(plan, file.Name, file.Content, file.Mode, file.ModifiedTime);
        Write(plan, "list", Encoding.Latin1.GetBytes(string.Concat(plan.Entries.Select(entry => entry.Path + "\n"))), RecordMode, null);
        if (plan.File.Text("md5sums") is null)
        {
            Write(plan, "md5sums", Encoding.Latin1.GetBytes(string.Concat(plan.Entries.Where(entry => entry.Digest.Length > 0)
                .Select(entry => $"{entry.Digest}  {entry.Path[1..]}\n"))), RecordMode, null);
        }
    }

    private void Write(PackagePlan plan, string name, byte[] content, int mode, Timestamp? time) => nodes.WriteFile(
        Record($"info/{plan.File.Control.RecordName}.{name}"), new MemorySource(content), new NodeMetadata(mode, ModifiedTime: time));

    private void WriteStatus(IReadOnlyList<PackagePlan> plans)
    {
        List<(string Name, string Text)> stanzas = [.. state.Stanzas.Select(item => (item.Key, item.Text))];
        foreach (PackagePlan plan in plans)
        {
            string name = plan.File.Control.Name;
            int at = stanzas.FindIndex(stanza => string.CompareOrdinal(stanza.Name, name) > 0);
            stanzas.Insert(at < 0 ? stanzas.Count : at, (name, plan.File.Control.ToStatus(plan.Conffiles)));
        }

        nodes.WriteFile(Record("status-old"), new MemorySource(state.Status), new NodeMetadata(RecordMode));
        nodes.WriteFile(Record("status"), new MemorySource(Encoding.Latin1.GetBytes(string.Concat(stanzas.Select(stanza => stanza.Text)))),
            new NodeMetadata(RecordMode));
    }

    private void WriteLog(IReadOnlyList<PackagePlan> plans)
    {
        if (state.LogFile is not { } path)
            return;
        string? woken = null;
        var lines = new List<string> { "startup archives install" };
        foreach (PackagePlan plan in plans)
        {
            string package = $"{plan.File.Control.FullName} {plan.File.Control.Version}";
            if (plan.Wakes is not null && woken is null)
            {
                woken = Installed(plan.Wakes);
                lines.Add($"install {plan.File.Control.FullName} <none> {plan.File.Control.Version}");
                lines.AddRange([$"status triggers-pending {woken}", $"status half-installed {package}", $"status unpacked {package}"]);
                continue;
            }

            lines.AddRange([$"install {plan.File.Control.FullName} <none> {plan.File.Control.Version}", $"status half-installed {package}",
                $"status unpacked {package}"]);
        }

        foreach (PackagePlan plan in plans)
        {
            string package = $"{plan.File.Control.FullName} {plan.File.Control.Version}";
            lines.Add($"configure {package} {plan.File.Control.Version}");
            lines.AddRange([$"status half-configured {package}", $"status installed {package}"]);
        }

        if (woken is not null)
            lines.AddRange([$"trigproc {woken} <none>", $"status half-configured {woken}", $"status installed {woken}"]);
        string time = DateTimeOffset.FromUnixTimeSeconds(nodes.Now.Seconds).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        var text = new MemorySource(Encoding.Latin1.GetBytes(string.Concat(lines.Select(line => $"{time} {line}\n"))));
        byte[] place = nodes.Follow(Encoding.Latin1.GetBytes(path));
        if (nodes.Writer.Find(place) is null)
        {
            nodes.WriteFile(place, text, new NodeMetadata(RecordMode));
            return;
        }

        nodes.Writer.Append(place, text);
        nodes.Log.Add(place, EditChangeKind.Changed);
    }

    private string Installed(string package) =>
        $"{package}:{StanzaFile.Field(state.Packages[package], "Architecture")} {state.VersionOf(package)}";

    // By name, as the machine calls them; by number where it has no such name.
    private (uint Uid, uint Gid) Owner(ArchiveMember member)
    {
        return (Id(member.UserName, member.Uid, isGroup: false), Id(member.GroupName, member.Gid, isGroup: true));
    }

    private uint Id(string name, uint number, bool isGroup)
    {
        if (name.Length == 0 || name == "root")
            return name.Length == 0 ? number : 0;
        try
        {
            (uint? uid, uint? gid) = nodes.Accounts.Resolve(isGroup ? new OwnerName(null, name, false) : new OwnerName(name, null, false));
            return (isGroup ? gid : uid) ?? number;
        }
        catch (NotFoundException)
        {
            return number;
        }
    }

    private static byte[] Record(string name) => Encoding.Latin1.GetBytes($"/{DpkgDatabase.Folder}/{name}");
}
