using Mig.Cli.Json;
using Mig.Images.Grep;

namespace Mig.Cli.Views;

/// <summary>Prints what was found as JSON, as it comes.</summary>
internal sealed class GrepJsonView(JsonArrayView array) : IGrepSink
{
    public void Line(GrepFile file, long number, ReadOnlySpan<byte> line) =>
        array.Write(GrepJson.Of(file, number, line), MigJson.Default.GrepJson);

    public void Binary(GrepFile file) => array.Write(GrepJson.Of(file, isBinary: true), MigJson.Default.GrepJson);

    public void Name(GrepFile file) => array.Write(GrepJson.Of(file), MigJson.Default.GrepJson);

    public void Count(GrepFile file, long count) => array.Write(GrepJson.Of(file, count: count), MigJson.Default.GrepJson);
}
