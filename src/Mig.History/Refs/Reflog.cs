using Mig.Core;
using Mig.Core.Host;
using Mig.History.Commits;

namespace Mig.History.Refs;

/// <summary>
/// The log of a ref: a line for each move, oldest first. What becomes of it is a step of a journal; whoever makes one holds the lock of the
/// refs.
/// </summary>
internal sealed class Reflog(RefFiles files)
{
    /// <summary>Returns the moves, newest first; none when the ref has no log.</summary>
    /// <exception cref="CorruptStoreException">HIST-014: a line that is not the last is damaged.</exception>
    public List<ReflogEntry> Read(RefName name)
    {
        var entries = new List<ReflogEntry>();
        if (files.ReadLog(name) is not { } bytes)
            return entries;
        int position = 0;
        for (int line = 1; position < bytes.Length; line++)
        {
            int length = bytes.AsSpan(position).IndexOf((byte)'\n');
            if (length < 0)
                break; // torn by a crash: that move never took place
            ReadOnlySpan<byte> text = bytes.AsSpan(position, length);
            if (!Utf8Text.TryDecode(text, out string? decoded) || !ReflogEntry.TryParse(decoded, out ReflogEntry? entry))
                throw new CorruptStoreException(
                    "HIST-014",
                    $"logs/{name} line {line} at byte {position}: found {Utf8Text.Quote(text)}, needed '<old> <new> Name <email> seconds "
                    + $"+hhmm<tab>reason'; remove this line from {files.LogPathOf(name)}");
            entries.Add(entry);
            position += length + 1;
        }

        entries.Reverse();
        return entries;
    }

    /// <summary>Tells whether a ref is logged: branches, remote branches and HEAD are, others when they have a log.</summary>
    public bool IsWanted(RefName name) => name.IsBranch || name.IsRemote || name == RefName.Head || files.HasLog(name);

    /// <summary>Tells whether a ref has a log.</summary>
    public bool IsThere(RefName name) => files.HasLog(name);

    /// <summary>Returns the step that adds moves to a log.</summary>
    public JournalStep Append(RefName name, IEnumerable<ReflogEntry> moves) =>
        new(JournalStepKind.Append, PathOf(name), EndOfLastLine(name), Encode(moves));

    /// <summary>Returns the step that makes a log of the moves of another, and more.</summary>
    public JournalStep Continue(RefName from, RefName to, IEnumerable<ReflogEntry> moves)
    {
        byte[] before = files.ReadLog(from) ?? [];
        return new JournalStep(JournalStepKind.Write, PathOf(to), 0, [.. before[..(int)EndOfLastLine(from)], .. Encode(moves)]);
    }

    /// <summary>Returns the step that leaves those moves of a log that are kept, and how many are not; no step when all are.</summary>
    public (JournalStep? Step, int Dropped) Shorten(RefName name, Func<ReflogEntry, bool> keep)
    {
        List<ReflogEntry> all = Read(name);
        List<ReflogEntry> kept = all.FindAll(entry => keep(entry));
        kept.Reverse();
        return kept.Count == all.Count ? (null, 0)
            : (new JournalStep(JournalStepKind.Write, PathOf(name), 0, Encode(kept)), all.Count - kept.Count);
    }

    /// <summary>Returns the step that removes a log; null when there is none.</summary>
    public JournalStep? Delete(RefName name) => files.HasLog(name) ? new JournalStep(JournalStepKind.Delete, PathOf(name), 0, []) : null;

    private static string PathOf(RefName name) => RefJournal.LogPrefix + name.Value;

    private static byte[] Encode(IEnumerable<ReflogEntry> moves) =>
        Utf8Text.Encode(string.Concat(moves.Select(entry => entry.ToLine())), "the reason of a ref's move");

    // What a crash of an older mig left of a line is cut off, so that the next one starts at the beginning of a line.
    private long EndOfLastLine(RefName name)
    {
        if (!files.HasLog(name))
            return 0;
        using HostFile file = HostFile.OpenRead(files.LogPathOf(name));
        Span<byte> buffer = stackalloc byte[512];
        long end = file.Length;
        while (end > 0)
        {
            int length = (int)Math.Min(buffer.Length, end);
            int read = file.Read(buffer[..length], end - length);
            int last = buffer[..read].LastIndexOf((byte)'\n');
            if (last >= 0)
                return end - length + last + 1;
            end -= length;
        }

        return 0;
    }
}
