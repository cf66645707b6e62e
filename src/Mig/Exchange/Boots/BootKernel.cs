using Mig.Core;

namespace Mig.Exchange.Boots;

/// <summary>A kernel on a disk that can be started without a loader.</summary>
/// <param name="Name">The name of its file: letters, digits and <c>._+~-</c>.</param>
/// <param name="Folder">The directory that it is in: <c>/boot/</c> or <c>/</c>.</param>
/// <param name="Partition">The number of the volume; 0 for a bare disk.</param>
/// <param name="Volume">Where the volume lies on the disk that it is on.</param>
/// <param name="Node">Its file, by the number of the file system.</param>
/// <param name="InitrdName">The first file system that it is given; null for none.</param>
/// <param name="InitrdNode">That one's file.</param>
/// <param name="Root">What its parameter <c>root</c> is.</param>
internal sealed record BootKernel(
    string Name, string Folder, int Partition, ByteRange Volume, long Node, string? InitrdName, long InitrdNode, string Root);
