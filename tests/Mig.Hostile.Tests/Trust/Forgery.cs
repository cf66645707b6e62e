using Mig.Core;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.History.Trees;
using Mig.Store;
using Mig.Store.Content;
using Mig.Store.Packs;
using Mig.Tests.Support;

namespace Mig.Hostile.Tests.Trust;

/// <summary>Versions that no mig would make, made with the parts of mig, as whoever may push can.</summary>
internal static class Forgery
{
    /// <summary>Commits a changed image of HEAD to a branch.</summary>
    public static void Commit(string folder, string branch, Func<ObjectWriter, MachineImage, MachineImage> change)
    {
        using Repository repository = TestRepository.Open(folder);
        ObjectId head = repository.Refs.ReadHead().Id!.Value;
        Commit before = repository.Objects.ReadCommit(new CommitId(head));
        ObjectId id;
        using (ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions))
        {
            ImageId image = change(writer, repository.Objects.ReadImage(before.Image)).Write(writer);
            id = writer.AddObject(ObjectKind.Commit, (before with { Image = image, Parents = [new CommitId(head)], Message = "forged\n" })
                .Encode());
            writer.Complete();
        }

        RefName name = RefName.Branch(branch);
        repository.Refs.Update(name, repository.Refs.Resolve(name) ?? default(ObjectId), id, before.Committer, "forged");
    }

    /// <summary>Changes the only disk of an image.</summary>
    public static MachineImage With(MachineImage image, Func<ImageDisk, ImageDisk> change) =>
        image with { Disks = [change(image.Disks[0])] };

    /// <summary>Gives the first volume that has files another root directory.</summary>
    public static ImageDisk WithRoot(ImageDisk disk, ObjectWriter writer, params TreeEntry[] entries) =>
        disk with
        {
            Volumes = [.. disk.Volumes.Select(volume =>
            volume.Root is { } root ? volume with { Root = root with { Tree = new TreeWriter(writer).Write(entries) } } : volume)]
        };

    /// <summary>A file that is said to have some content, and has another.</summary>
    public static TreeEntry Lie(ObjectWriter writer, string name, ReadOnlySpan<byte> said, ReadOnlySpan<byte> held)
    {
        var blob = new BlobId(ObjectId.Of(held));
        writer.AddBlob(blob, held, new OrderKey(0, 0, 0));
        ObjectId sha256 = ObjectId.Of(said);
        ListId list = ChunkList.Write(
            writer, [new Chunk(blob, held.Length, IsHole: false), Chunk.Hole(said.Length - held.Length)], said.Length, sha256);
        return new TreeEntry
        {
            Name = System.Text.Encoding.UTF8.GetBytes(name), Type = TreeEntryType.File, Mode = 0x1A4, Size = said.Length,
            Sha256 = sha256, List = list
        };
    }
}
