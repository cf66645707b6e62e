using Mig.Core;
using Mig.History.Layouts;
using Mig.History.Trees;
using Mig.Store;
using Mig.Store.Encoding;
using Utf8Text = Mig.Core.Utf8Text;

namespace Mig.History.Images;

/// <summary>A machine: its disks, and files beside them (docs/format.md, "Images").</summary>
public sealed record MachineImage(IReadOnlyList<ImageDisk> Disks)
{
    private const byte Version = 1;
    private const byte VersionWithUnread = 2; // only where something could not be read, so that all other images keep their ids
    private const byte VersionWithAttachments = 3; // only where there are any
    private const int MaxDisks = 1024;
    private const int MaxVolumes = 4096;
    private const int MaxText = 1 << 16;

    /// <summary>The files beside the disks, as a directory (<see cref="ImageAttachments"/>); null when there are none.</summary>
    public TreeId? Attachments { get; init; }

    public ImageId Write(IObjectSink writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var payload = new PayloadWriter();
        byte version = Attachments is not null ? VersionWithAttachments
            : Disks.Any(disk => disk.Volumes.Any(volume => volume.Unread.Count > 0)) ? VersionWithUnread : Version;
        payload.Byte(version);
        payload.Unsigned(Disks.Count);
        foreach (ImageDisk disk in Disks)
        {
            payload.String(disk.Name);
            payload.Unsigned(disk.Length);
            payload.String(disk.Scheme);
            payload.Unsigned(disk.SectorSize);
            payload.Byte(disk.Layout is null ? (byte)0 : (byte)1);
            if (disk.Layout is { } layout)
                payload.Id(layout.Value);
            payload.Unsigned(disk.Volumes.Count);
            foreach (ImageVolume volume in disk.Volumes)
                Write(payload, volume, version);
        }

        if (Attachments is { } attachments)
            payload.Id(attachments.Value);
        return new ImageId(writer.AddObject(ObjectKind.Image, payload.Written));
    }

    /// <exception cref="CorruptStoreException">The image is missing or damaged.</exception>
    public static MachineImage Read(IObjectSource store, in ImageId id)
    {
        ArgumentNullException.ThrowIfNull(store);
        var reader = new PayloadReader(store.ReadPayload(id.Value, ObjectKind.Image).Span, id.Value);
        byte version = reader.Byte("version");
        if (version is < Version or > VersionWithAttachments)
            throw reader.Corrupt("version", $"{version}, this mig knows {Version} to {VersionWithAttachments}");
        int diskCount = (int)reader.Unsigned("disk count", MaxDisks);
        var disks = new List<ImageDisk>();
        for (int i = 0; i < diskCount; i++)
        {
            string name = Text(ref reader, "disk name");
            if (FindNameFault(name, disks) is { } fault)
                throw reader.Corrupt("disk name", fault);
            long length = reader.Unsigned("disk length", long.MaxValue - LayoutFormat.LeafSize);
            string scheme = Text(ref reader, "scheme");
            int sectorSize = (int)reader.Unsigned("sector size", 1 << 16);
            byte hasLayout = reader.Byte("layout flag");
            if (hasLayout > 1)
                throw reader.Corrupt("layout flag", $"{hasLayout}, 0 or 1 allowed");
            LayoutId? layout = hasLayout == 1 ? new LayoutId(reader.Id("layout")) : null;
            int volumeCount = (int)reader.Unsigned("volume count", MaxVolumes);
            var volumes = new List<ImageVolume>();
            for (int j = 0; j < volumeCount; j++)
                volumes.Add(ReadVolume(ref reader, length, version));
            disks.Add(new ImageDisk(name, length, scheme, sectorSize, layout, volumes));
        }

        TreeId? attachments = version == VersionWithAttachments ? new TreeId(reader.Id("attachments")) : null;
        reader.ExpectEnd("image");
        if (version == VersionWithUnread && disks.TrueForAll(disk => disk.Volumes.All(volume => volume.Unread.Count == 0)))
            throw reader.Corrupt("version", $"{version}, {Version} needed where everything was read");
        return new MachineImage(disks) { Attachments = attachments };
    }

    private static void Write(PayloadWriter payload, ImageVolume volume, byte version)
    {
        payload.Unsigned(volume.Number);
        payload.Unsigned(volume.Range.Offset);
        payload.Unsigned(volume.Range.Length);
        payload.String(volume.PartitionType);
        payload.String(volume.PartitionName);
        payload.String(volume.FileSystem);
        payload.String(volume.Label);
        payload.String(volume.Uuid);
        payload.String(volume.Reason);
        payload.Byte(volume.Root is null ? (byte)0 : (byte)1);
        if (volume.Root is { } root)
            TreeEntryWriter.Write(payload, root);
        if (version == Version)
            return;
        payload.Unsigned(volume.Unread.Count);
        foreach (UnreadPath unread in volume.Unread)
        {
            payload.String(unread.Path.Span);
            payload.String(unread.Reason);
        }
    }

    private static ImageVolume ReadVolume(ref PayloadReader reader, long diskLength, byte version)
    {
        int number = (int)reader.Unsigned("volume number", int.MaxValue);
        long offset = reader.Unsigned("volume offset", diskLength);
        long length = reader.Unsigned("volume length", diskLength - offset);
        string type = Text(ref reader, "partition type"), name = Text(ref reader, "partition name"),
            fileSystem = Text(ref reader, "file system");
        string label = Text(ref reader, "label"), uuid = Text(ref reader, "uuid"), reason = Text(ref reader, "reason");
        byte hasRoot = reader.Byte("root flag");
        if (hasRoot > 1)
            throw reader.Corrupt("root flag", $"{hasRoot}, 0 or 1 allowed");
        TreeEntry? root = hasRoot == 1 ? TreeEntryView.ParseRoot(ref reader).ToEntry() : null;
        IReadOnlyList<UnreadPath> unread = version == Version ? [] : ReadUnread(ref reader);
        if (unread.Count > 0 && root is null)
            throw reader.Corrupt("unread count", $"{unread.Count}, 0 needed for a volume that was not looked into");
        return new ImageVolume(number, new ByteRange(offset, length), type, name, fileSystem, label, uuid, root,
            reason)
        { Unread = unread };
    }

    private static List<UnreadPath> ReadUnread(ref PayloadReader reader)
    {
        int count = (int)reader.Unsigned("unread count", UnreadPath.MaxCount);
        var unread = new List<UnreadPath>();
        for (int i = 0; i < count; i++)
        {
            byte[] path = reader.String("unread path", MaxText).ToArray();
            if (path.Length > 0 && TreeName.FindPathFault([(byte)'/', .. path]) is { } fault)
                throw reader.Corrupt("unread path", fault);
            if (i > 0 && unread[i - 1].Path.Span.SequenceCompareTo(path) > 0)
                throw reader.Corrupt("unread path", "it comes before the one in front of it");
            unread.Add(new UnreadPath(path, Text(ref reader, "unread reason")));
        }

        return UnreadPath.Fits(unread) ? unread : throw reader.Corrupt("unread paths", $"they take more than {UnreadPath.MaxBytes} bytes");
    }

    // A disk is named as a file of a folder, and exported under that name.
    private static string? FindNameFault(string name, List<ImageDisk> before) =>
        TreeName.FindFault(System.Text.Encoding.UTF8.GetBytes(name))
            ?? (before.Exists(disk => disk.Name == name) ? $"two disks are named '{name}'" : null);

    private static string Text(ref PayloadReader reader, string field) =>
        Utf8Text.TryDecode(reader.String(field, MaxText), out string? text) ? text : throw reader.Corrupt(field, "it is not UTF-8");
}
