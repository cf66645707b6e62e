// Lists every file of a disk image, whatever its container, without a repository and without mounting it.
using Mig.Core;
using Mig.Disks;
using Mig.Disks.Partitions;
using Mig.FileSystems;

if (args is not [var path])
{
    Console.Error.WriteLine("usage: WalkFiles DISK");
    return 2;
}

try
{
    using DiskImage disk = DiskFormats.Open(path);
    foreach (Partition partition in PartitionTable.Read(disk.Content).Volumes)
    {
        using var volume = new SubSource(disk.Content, partition.Range);
        using IFileSystem? fileSystem = FileSystemFormats.Open(volume);
        Console.WriteLine($"volume {partition.Number} of {disk.Format}: {fileSystem?.Info.Type ?? "no file system that mig knows"}");
        foreach (WalkedNode found in fileSystem?.Walk() ?? [])
            Console.WriteLine($"{found.Node.Type,-15} {found.Node.Size,12} {found}");
    }

    return 0;
}
catch (MigException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
