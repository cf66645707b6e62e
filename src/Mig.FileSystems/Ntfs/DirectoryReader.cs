using Mig.Core;

namespace Mig.FileSystems.Ntfs;

/// <summary>Lists directories by their index of names.</summary>
/// <param name="isInUse">The volume was in use: names may lead to records that were not written yet.</param>
internal sealed class DirectoryReader(MasterFileTable table, IndexReader indexes, Observations observations, Limits limits, bool isInUse)
{
    private const string NameIndex = "$I30";
    private const long FirstUserRecord = 16; // the files of the format itself; their content is metadata

    /// <param name="damage">Takes what could not be read: an index block, or a name; null to throw.</param>
    public List<DirectoryEntry> Read(NodeRecord directory, DamageList? damage = null)
    {
        var entries = new List<DirectoryEntry>();
        indexes.Visit(directory, NameIndex, (in IndexEntries entry, string node) =>
        {
            FileNameValue name = FileNameValue.Parse(entry.Key, node);
            FileReference reference = entry.Reference;
            if (name.Namespace == FileNameNamespace.Dos || reference.Number < FirstUserRecord)
                return;
            if (!table.IsUsed(reference))
            {
                CorruptImageException stale = NtfsError.Corrupt("NTFS-047",
                    $"{node}: it names MFT record {reference.Number} with sequence {reference.Sequence}, and that is not in use as such");
                if (isInUse)
                    observations.AddStale(directory.Number, reference);
                else if (damage is not null)
                    damage.Add(Wtf8.Encode(name.Name), stale);
                else
                    throw stale;
                return;
            }

            byte[] bytes = Wtf8.Encode(name.Name);
            if (bytes.AsSpan().ContainsAny((byte)'/', (byte)0) || bytes.AsSpan().SequenceEqual("."u8) || bytes.AsSpan()
                .SequenceEqual(".."u8))
                throw NtfsError.Corrupt("NTFS-048", $"{node}: a name with a slash or a zero, or made of dots, none allowed");
            if (entries.Count >= limits.MaxDirectoryEntries)
                throw NtfsError.Corrupt("NTFS-049", $"{node}: more than {limits.MaxDirectoryEntries} entries");
            entries.Add(new DirectoryEntry(bytes, reference.Number));
        }, damage);
        return entries;
    }
}
