using Mig.Core;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>
/// Writes what waits in the journal to its place, and says in the journal that nothing waits any more. Done again, it does the same.
/// </summary>
internal sealed class JournalReplay(IByteTarget target, Geometry geometry, Limits limits)
{
    public void Run()
    {
        JournalRecovery recovery = ExtFileSystem.OpenJournal(target, geometry, limits);
        byte[] block = new byte[geometry.BlockSize];
        target.ReadExactly(recovery.SuperblockOffset, block);
        if (JournalSuperblock.Parse(block, recovery.SuperblockOffset, geometry.BlockSize, uint.MaxValue).HasError)
            throw new RefusedOperationException(
                RefusalReason.InUse, "the journal has recorded an error; let e2fsck repair the file system before it is changed");
        JournalOverlay overlay = recovery.FindBlocks(limits);
        CheckLogUntouched(overlay, recovery);
        byte[] copy = new byte[geometry.BlockSize];
        for (int i = 0; i < overlay.Count; i++)
        {
            target.ReadExactly(overlay[i].CopyOffset, copy);
            overlay[i].Unescape(0, copy);
            target.Write(overlay[i].Block * geometry.BlockSize, copy);
        }

        target.Flush();
        JournalSuperblock.SetEmpty(block, recovery.EndSequence + 1);
        target.Write(recovery.SuperblockOffset, block);
    }

    // A copy that replaces a part of the log would change what is replayed after it.
    private void CheckLogUntouched(JournalOverlay overlay, JournalRecovery recovery)
    {
        var log = new HashSet<long>();
        for (int i = 0; i < overlay.Count; i++)
            log.Add(overlay[i].CopyOffset / geometry.BlockSize);
        log.Add(recovery.SuperblockOffset / geometry.BlockSize);
        for (int i = 0; i < overlay.Count; i++)
        {
            if (log.Contains(overlay[i].Block))
                throw ExtError.Corrupt("EXT4-127",
                    $"journal has a copy of block {overlay[i].Block}, which is a part of the journal itself");
        }
    }
}
