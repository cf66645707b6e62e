using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.FileSystems.Tests.Writing;
using Mig.Testing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Fat.Writing;

/// <summary>Random operations on FAT12, FAT16 and FAT32, judged by fsck.fat and mtools.</summary>
/// <param name="image">An empty volume.</param>
/// <param name="canCopy">Whether mtools are asked, too.</param>
internal sealed class FatWriterRun(string image, int seed, bool canCopy) : WriterRun(image, seed)
{
    private readonly FatModel _model = new();

    protected override IWriterModel Model => _model;

    protected override RefusalReason[] Unforeseen { get; } = [RefusalReason.NoSpace, RefusalReason.DirectoryFull];

    protected override int LengthBits => 15;

    protected override int OwnWeight => 3;

    protected override string? FindComplaint() => FatImages.FindComplaint(Image);

    protected override string? FindForeignDifference()
    {
        if (!canCopy)
            return null;
        string folder = Image + ".copied";
        Tool.Read("rm", "-rf", folder); // an earlier round's
        FatImages.CopyOut(Image, folder);
        var found = Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .ToDictionary(path => path[folder.Length..], File.ReadAllBytes);
        // mtools knows the first 65,536 characters only.
        var files = _model.GetAll().Where(static pair => !pair.Node.IsDirectory)
            .ToDictionary(static pair => pair.Path.Replace("\U0001F600", "__", StringComparison.Ordinal), static pair => pair.Node.Content);
        string[] paths = [.. found.Keys.Except(files.Keys), .. files.Keys.Except(found.Keys)];
        if (paths.Length > 0)
            return $"mtools or the model alone have {string.Join(' ', paths)}";
        return files.FirstOrDefault(pair => !pair.Value.AsSpan().SequenceEqual(found[pair.Key])) is { Key: { } other }
            ? $"mtools read {other} otherwise" : null;
    }

    protected override byte[] Bytes(string path) => Encoding.UTF8.GetBytes(path);

    protected override NodeMetadata MakeMetadata(NodeType type) =>
        new(type == NodeType.File && Random.Next(8) == 0 ? FatModel.ReadOnlyMode : FatModel.Mode);

    protected override string MakeName()
    {
        string number = Random.Next(100_000).ToString(CultureInfo.InvariantCulture);
        return Random.Next(8) switch
        {
            0 => $"F{number}.TXT",
            1 => $"f{number}.efi",
            2 => $"Mixed{number}.Cfg",
            3 => $".hidden{number}",
            4 => $"a longer name, [with] + dots.and.{number}",
            5 => $"ünï-日本-\U0001F600-{number}",
            6 => new string('n', Random.Next(1, 250)) + number,
            _ => $"long name that differs late {Random.Next(30)}.conf",
        };
    }

    // Only ASCII: what else mig folds must not depend on what .NET folds.
    protected override string Respell(string path) =>
        string.Concat(path.Select(static c =>
        char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : char.IsAsciiLetterLower(c) ? char.ToUpperInvariant(c) : c));

    protected override (string Name, Func<bool> Model, Action Writer) ChooseOwn(int kind, string old, string path, Timestamp now)
    {
        switch (kind)
        {
            case 0:
                int mode = Random.Next(2) == 0 ? FatModel.Mode : FatModel.ReadOnlyMode;
                return ($"set mode of {old} to {mode:x}", () => _model.Change(old, node => SetMode(node, mode)), () =>
                    Writer.SetMode(Bytes(old), mode));
            case 1:
                var time = new Timestamp(Random.NextInt64(315_532_800, 4_354_819_199), Random.Next(1_000_000_000));
                return ($"set time of {old} to {time}", () => _model.Change(old, node => SetTime(node, time)), () =>
                    Writer.SetTimes(Bytes(old), time, time));
            default:
                return ChooseAttributes(old);
        }
    }

    private (string Name, Func<bool> Model, Action Writer) ChooseAttributes(string old)
    {
        byte[] name = "system.ntfs_attrib"u8.ToArray();
        if (Random.Next(3) == 0)
        {
            return (
                $"remove attributes of {old}",
                () => _model.Change(old, static node =>
                {
                    int mask = node.IsDirectory ? 7 : 6;
                    bool isVisible = (node.Attributes & mask) != 0;
                    node.Attributes &= (byte)~mask;
                    return isVisible;
                }),
                () => Writer.RemoveExtendedAttribute(Bytes(old), name));
        }

        byte value = (byte)(Random.Next(8) | (Random.Next(2) * 0x20));
        return (
            $"set attributes of {old} to {value:x}",
            () => _model.Change(old, node =>
            {
                node.Attributes = value;
                return true;
            }),
            () => Writer.SetExtendedAttribute(Bytes(old), name, [value, 0, 0, 0]));
    }

    private static bool SetMode(FatModelNode node, int mode)
    {
        if (node.IsDirectory)
            return mode == FatModel.Mode;
        node.Attributes = (byte)((node.Attributes & ~1) | (mode == FatModel.ReadOnlyMode ? 1 : 0));
        return true;
    }

    private static bool SetTime(FatModelNode node, Timestamp time)
    {
        node.Modified = FatModel.Cut(time);
        return true;
    }
}
