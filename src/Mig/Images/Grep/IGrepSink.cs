namespace Mig.Images.Grep;

/// <summary>Receives what was found: version by version, in the order of paths. Calls come from one thread.</summary>
public interface IGrepSink
{
    /// <summary>A line, without its end.</summary>
    /// <param name="number">Counted from 1.</param>
    /// <param name="line">Valid during the call only.</param>
    void Line(GrepFile file, long number, ReadOnlySpan<byte> line);

    /// <summary>A binary file has such lines.</summary>
    void Binary(GrepFile file);

    /// <summary>A file has such lines.</summary>
    void Name(GrepFile file);

    /// <summary>A file has so many such lines.</summary>
    void Count(GrepFile file, long count);
}
