using System.Text;
using Mig.History.Trees;

namespace Mig.Images.Extract;

/// <summary>Something to be made at the destination.</summary>
/// <param name="Parent">The directory it is in; null at the top.</param>
/// <param name="Name">Its name there, any bytes without slash and NUL; empty for the destination itself.</param>
/// <param name="Entry">What it is. A hard link has the entry of the file that it names.</param>
internal sealed record PlannedEntry(PlannedEntry? Parent, ReadOnlyMemory<byte> Name, TreeEntry Entry)
{
    /// <summary>How many directories it is in.</summary>
    public int Depth { get; } = Parent is null ? 0 : Parent.Depth + 1;

    /// <summary>For another name of a file that is made, too: that file's path at the destination.</summary>
    public byte[]? LinkTo { get; init; }

    /// <summary>The path at the destination, without a slash at either end.</summary>
    public byte[] Path()
    {
        int length = -1;
        for (PlannedEntry? at = this; at is not null; at = at.Parent)
            length += at.Name.IsEmpty ? 0 : at.Name.Length + 1;
        byte[] path = new byte[Math.Max(0, length)];
        path.AsSpan().Fill((byte)'/');
        int end = path.Length;
        for (PlannedEntry? at = this; end > 0; at = at.Parent)
        {
            at!.Name.Span.CopyTo(path.AsSpan(end - at.Name.Length));
            end -= at.Name.Length + 1;
        }

        return path;
    }

    /// <summary>A path as a key that no other bytes share.</summary>
    public static string Key(ReadOnlySpan<byte> path) => Encoding.Latin1.GetString(path);
}
