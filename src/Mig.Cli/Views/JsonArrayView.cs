using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Mig.Cli.Json;
using Mig.Cli.Terminals;
using Mig.Images.Browse;

namespace Mig.Cli.Views;

/// <summary>Prints one JSON array, each element on a line of its own as it comes, none of them kept.</summary>
internal sealed class JsonArrayView(TextOutput output) : IDisposable
{
    private readonly Utf8JsonWriter _writer = new(output.AsStream());
    private bool _any;

    public void Write<T>(T value, JsonTypeInfo<T> type)
    {
        output.Write(_any ? ",\n" : "[\n");
        _any = true;
        JsonSerializer.Serialize(_writer, value, type);
        _writer.Flush();
        _writer.Reset();
    }

    /// <summary>Ends the array.</summary>
    /// <param name="coverage">What the elements do not rest on, which follows them.</param>
    public void End(AnswerCoverage? coverage = null)
    {
        foreach (UnseenVersionsJson unseen in coverage is null ? [] : UnseenVersionsJson.Of(coverage))
            Write(unseen, MigJson.Default.UnseenVersionsJson);
        output.WriteLine(_any ? "\n]" : "[]");
    }

    public void Dispose() => _writer.Dispose();
}
