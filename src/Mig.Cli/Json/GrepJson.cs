using System.Text;

namespace Mig.Cli.Json;

/// <summary>A line that was found, or a file with such lines. What is not UTF-8 follows in base64.</summary>
internal sealed record GrepJson(string Revision, string? Volume, string Path, byte[]? PathBytes, long? Line, string? Text,
    byte[]? TextBytes, long? Count, bool? IsBinary)
{
    public static GrepJson Of(Images.Grep.GrepFile file, long? line = null, ReadOnlySpan<byte> text = default, long? count = null,
        bool? isBinary = null) => new(
        file.Revision,
        file.Volume.Length == 0 ? null : file.Volume,
        "/" + Encoding.UTF8.GetString(file.Path.Span),
        System.Text.Unicode.Utf8.IsValid(file.Path.Span) ? null : [(byte)'/', .. file.Path.Span],
        line,
        line is null ? null : Encoding.UTF8.GetString(text),
        line is null || System.Text.Unicode.Utf8.IsValid(text) ? null : text.ToArray(),
        count,
        isBinary);
}
