namespace Mig.Core;

/// <summary>The input breaks its format.</summary>
/// <param name="code">A code from docs/errors.md, such as <c>EXT4-003</c>.</param>
/// <param name="detail">Structure, offset, value found and value allowed.</param>
public sealed class CorruptImageException(string code, string detail, Exception? inner = null) : MigException($"{code}: {detail}", inner)
{
    public string Code { get; } = code;
}
