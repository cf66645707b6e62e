using System.Globalization;
using System.Text.Json;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Diffs.Text;
using Mig.History.Merging;
using Mig.History.Trees;
using Mig.Machines.Merging;

namespace Mig.Versions.Merging;

/// <summary>
/// A folder in which conflicts are resolved by hand: <c>manifest</c> (JSON) and, for each conflict, a folder with <c>base</c>, <c>ours</c>,
/// <c>theirs</c> and <c>merged</c>, as far as there are such files. The merge goes on with what stands in <c>merged</c>.
/// </summary>
public sealed class ConflictFolder(string path)
{
    private const string ManifestName = "manifest";
    private const string MergedName = "merged";
    private const long MaxSize = 256 << 20;

    /// <summary>Writes the conflicts of a merge into a new or empty folder.</summary>
    /// <exception cref="ConflictException">There is something in the folder.</exception>
    public void Write(Repository repository, MergeRequest request, MergeOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(outcome);
        if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
            throw new ConflictException($"{path} is there and not empty; name a new folder for the conflicts");
        HostFiles.CreateFolder(path);
        var contents = new MergeContents(repository.Store);
        var written = new List<ConflictManifestEntry>();
        foreach ((string prefix, MergeConflict conflict) in outcome.Plan!.Conflicts)
        {
            string folder = (written.Count + 1).ToString(CultureInfo.InvariantCulture);
            HostFiles.CreateFolder(Path.Combine(path, folder));
            Copy(contents, conflict.Base, folder, "base");
            Copy(contents, conflict.Ours, folder, "ours");
            Copy(contents, conflict.Theirs, folder, "theirs");
            if (conflict.Merged is { } merged && outcome.Plan.Contents is { } made)
                Copy(made, merged, folder, MergedName);
            written.Add(new ConflictManifestEntry(MergeConflictPath.Of(prefix, conflict.Path.Span), KindName(conflict.Kind),
                conflict.Reason, folder, conflict.Merged?.Sha256?.ToString()));
        }

        var manifest = new ConflictManifest(
            1, request.Revision, outcome.Before.ToString(), outcome.Theirs.ToString(), outcome.Message, written);
        HostFiles.WriteAllBytes(Path.Combine(path, ManifestName),
            JsonSerializer.SerializeToUtf8Bytes(manifest, ConflictJson.Default.ConflictManifest));
    }

    /// <summary>Reads what was resolved.</summary>
    /// <param name="choices">What else was decided, such as sides for whole files.</param>
    /// <returns>The merge to be done, as it was asked for, with the resolved contents.</returns>
    /// <exception cref="ConflictException">A conflict is not resolved, or the branch has moved since.</exception>
    /// <exception cref="UsageException">It is no such folder.</exception>
    public MergeRequest Read(Repository repository, MergeChoices choices)
    {
        ArgumentNullException.ThrowIfNull(repository);
        ArgumentNullException.ThrowIfNull(choices);
        ConflictManifest manifest = ReadManifest();
        string head = repository.Refs.ReadHead().Id?.ToString() ?? "";
        if (manifest.Ours != head)
            throw new ConflictException($"HEAD was on {manifest.Ours[..10]} when {path} was written, and is elsewhere now; merge again");
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var open = new List<string>();
        foreach (ConflictManifestEntry entry in manifest.Conflicts)
        {
            if (choices.SideOf(entry.Path) is not null)
                continue;
            string file = Path.Combine(path, entry.Folder, MergedName);
            if (entry.Folder.Length == 0 || !entry.Folder.All(char.IsAsciiDigit) || LibC.GetFileType(file) != FileType.Regular
                || new FileInfo(file).Length > MaxSize)
                open.Add(entry.Path);
            else if (HostFiles.ReadAllBytes(file) is var bytes && (HasMarks(bytes) || ObjectId.Of(bytes).ToString() == entry.Merged))
                open.Add(entry.Path);
            else
                contents[entry.Path] = bytes;
        }

        if (open.Count > 0)
        {
            throw new ConflictException(
                $"{(open.Count == 1 ? "one conflict is" : $"{open.Count} conflicts are")} not resolved: "
                + $"{string.Join(", ", open.Take(5))}{(open.Count > 5 ? ", …" : "")}; "
                + $"leave the file as it shall be in {path}/NUMBER/{MergedName}, or take a side with '--ours PATH' or '--theirs PATH'");
        }

        return new MergeRequest
        {
            Revision = manifest.Theirs, Message = manifest.Message, NoFastForward = true,
            Choices = choices with { Contents = contents }
        };
    }

    /// <summary>A kind of conflict as users read it.</summary>
    public static string KindName(MergeConflictKind kind) => kind switch
    {
        MergeConflictKind.ModifyDelete => "modify/delete",
        MergeConflictKind.AddAdd => "add/add",
        MergeConflictKind.DirectoryFile => "directory/file",
        MergeConflictKind.RenameRename => "rename/rename",
        MergeConflictKind.RenameDelete => "rename/delete",
        MergeConflictKind.HardLink => "hard link",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private ConflictManifest ReadManifest()
    {
        string file = Path.Combine(path, ManifestName);
        try
        {
            if (LibC.GetFileType(file) == FileType.Regular && JsonSerializer.Deserialize(HostFiles.ReadAllBytes(file),
                ConflictJson.Default.ConflictManifest) is { Version: 1, Ours.Length: 64, Conflicts: not null } manifest)
                return manifest;
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw new UsageException($"{file} is no list of conflicts; 'mig merge REV --conflicts-to DIR' writes one");
    }

    private void Copy(MergeContents contents, TreeEntry? entry, string folder, string name)
    {
        if (entry is not { Type: TreeEntryType.File } || entry.Size > MaxSize)
            return;
        HostFiles.WriteAllBytes(Path.Combine(path, folder, name), contents.Read(entry, name, MaxSize));
    }

    private static bool HasMarks(byte[] content)
    {
        var lines = new TextLines(content);
        for (int i = 0; i < lines.Count; i++)
        {
            if (lines[i].StartsWith("<<<<<<< "u8) || lines[i].StartsWith(">>>>>>> "u8))
                return true;
        }

        return false;
    }
}
