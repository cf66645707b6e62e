namespace Mig.Core;

/// <summary>Names in directories, wherever they come from.</summary>
public static class NodeName
{
    /// <summary>Says why a name cannot be part of a path: a path with it would lead elsewhere. Null when it can.</summary>
    public static string? FindFault(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty)
            return "it is empty";
        if (name[0] == '.' && (name.Length == 1 || name.SequenceEqual(".."u8)))
            return "it is '.' or '..'";
        return name.ContainsAny((byte)'/', (byte)0) ? "it holds '/' or NUL" : null;
    }
}
