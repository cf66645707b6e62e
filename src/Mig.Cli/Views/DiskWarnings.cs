using Mig.Cli.CommandLines;
using Mig.Cli.Terminals;
using Mig.Images.Ingest;

namespace Mig.Cli.Views;

/// <summary>Says what could not be looked into, and what was wrong with disks.</summary>
internal static class DiskWarnings
{
    public static void Say(Session session, IEnumerable<DiskReport> disks)
    {
        foreach (DiskReport disk in disks)
            Say(session, disk);
    }

    private static void Say(Session session, DiskReport disk)
    {
        string name = SafeText.Name(disk.Name);
        foreach (string warning in disk.Warnings)
            session.Warn($"{name}: {warning}");
        foreach (VolumeReport volume in disk.Volumes)
        {
            string place = volume.Number == 0 ? name : $"{name}.{volume.Number}";
            if (volume.Reason.Length > 0)
                session.Warn($"{place} was not looked into, and is kept as it is: {volume.Reason}");
            UnreadWarnings.Say(session, place, volume.Unread);
            foreach (string note in volume.Notes)
                session.Warn($"{place}: {note}");
            if (volume.FreeSpaceDoubt.Length > 0)
                session.Warn($"{place}: none of its free space is trusted, and all of it is kept: {volume.FreeSpaceDoubt}");
        }
    }
}
