using System.Buffers;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Configuration;

namespace Mig.History.Refs;

/// <summary>
/// Puts refs that have a file each into the one that holds many. Used under the lock of the refs; of what the refs name, nothing changes.
/// </summary>
internal sealed class RefPacker(RefFiles files, PackedFile packed, ConfigFile configuration, string temporary)
{
    /// <summary>From so many refs on they go together: one file is written and read faster than as many.</summary>
    public const int Many = 65;

    private const int IdDigits = 2 * ObjectId.Size;

    /// <summary>What keeps a mig that does not know packed refs from taking them for lost.</summary>
    public static ConfigKey Extension { get; } = ConfigKey.Parse("extensions.packedRefs");

    /// <summary>Tells whether a configuration says that refs may be packed.</summary>
    public static bool IsOn(ConfigDocument configuration) =>
        configuration.GetAll(Extension) is [.., { } value] && ConfigValue.TryParseBoolean(value, out bool isOn) && isOn;

    /// <summary>
    /// Returns the refs that an update makes, whose files would be new: those can go together. One that has a file keeps it, so that
    /// whoever copies the folder meanwhile finds it in either.
    /// </summary>
    public static Dictionary<string, ObjectId> ChooseNew(RefJournal journal, RefFiles files)
    {
        var chosen = new Dictionary<string, ObjectId>(StringComparer.Ordinal);
        List<JournalStep> writes = [.. journal.Steps.Where(step =>
            step.Kind == JournalStepKind.Write && step.Path.StartsWith("refs/", StringComparison.Ordinal))];
        if (writes.Count < Many)
            return chosen;
        foreach (JournalStep step in writes)
        {
            if (TryReadId(step.Bytes, out ObjectId id) && !(files.HasFolder(step.Path) && files.FindFile(step.Path)))
                chosen.Add(step.Path, id);
        }

        return chosen;
    }

    /// <summary>Tells whether many refs have a file each.</summary>
    public static bool IsWorthwhile(RefFiles files) => files.ListOwn("refs/").Count >= Many;

    /// <summary>Packs all refs that have a file each, when they are many.</summary>
    /// <returns>How many were packed.</returns>
    public int Run()
    {
        var moving = new SortedDictionary<RefName, ObjectId>();
        foreach (RefName name in files.ListOwn("refs/"))
        {
            if (files.ReadOrDamaged(name) is { Target: null } value)
                moving.Add(name, value.Id);
        }

        if (moving.Count < Many)
            return 0;
        configuration.Update(document => document.Set(Extension, "true"));
        List<(RefName Name, ObjectId Id)> all =
            [.. packed.Read().List("").Where(found => !moving.ContainsKey(found.Name)), .. moving.Select(item => (item.Key, item.Value))];
        all.Sort((a, b) => a.Name.CompareTo(b.Name));
        DurableFile.WriteNew(temporary, PackedRefs.Encode(all));
        DurableFile.Publish(temporary, packed.Path);
        foreach (RefName name in moving.Keys)
            HostFiles.Delete(files.PathOf(name));
        DeleteEmptyFolders(Path.Combine(files.Folder, "refs"), depth: 1);
        return moving.Count;
    }

    private static bool TryReadId(byte[] bytes, out ObjectId id)
    {
        id = default;
        Span<byte> found = stackalloc byte[ObjectId.Size];
        if (bytes.Length != IdDigits + 1 || Convert.FromHexString(bytes.AsSpan(0, IdDigits), found, out _, out _) != OperationStatus.Done)
            return false;
        id = new ObjectId(found);
        return !id.IsNull;
    }

    // Up to refs/heads and its like, which stay.
    private static void DeleteEmptyFolders(string folder, int depth)
    {
        foreach (DirectoryInfo inside in new DirectoryInfo(folder).EnumerateDirectories().Where(entry => entry.LinkTarget is null).ToList())
        {
            DeleteEmptyFolders(inside.FullName, depth + 1);
            if (depth > 1 && !inside.EnumerateFileSystemInfos().Any())
                HostFiles.DeleteFolder(inside.FullName);
        }
    }
}
