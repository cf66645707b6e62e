using System.Text;

namespace Mig.FileSystems;

/// <summary>A node met on a walk.</summary>
/// <param name="Path">As <see cref="VolumePath"/> has it, the bytes as they are stored. Each name was checked: none is <c>..</c> or holds a
/// slash.</param>
/// <param name="Node">Its metadata.</param>
public sealed record WalkedNode(ReadOnlyMemory<byte> Path, FileNode Node)
{
    /// <summary>Returns the path for people: what is not UTF-8 is replaced.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Path.Span);
}
