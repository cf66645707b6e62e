using System.Text.Json;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Grep;

namespace Mig.Cli.Views;

/// <summary>Prints what was found as one JSON array, as it comes.</summary>
internal sealed class GrepJsonView(TextOutput output) : IGrepSink
{
    private bool _any;

    public void Line(GrepFile file, long number, ReadOnlySpan<byte> line) => Write(GrepJson.Of(file, number, line));

    public void Binary(GrepFile file) => Write(GrepJson.Of(file, isBinary: true));

    public void Name(GrepFile file) => Write(GrepJson.Of(file));

    public void Count(GrepFile file, long count) => Write(GrepJson.Of(file, count: count));

    public void End() => output.WriteLine(_any ? "\n]" : "[]");

    private void Write(GrepJson value)
    {
        output.Write(_any ? ",\n" : "[\n").Write(JsonSerializer.SerializeToUtf8Bytes(value, MigJson.Default.GrepJson));
        _any = true;
    }
}
