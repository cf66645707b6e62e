using Mig.Core;

namespace Mig.Disks.Raw;

/// <summary>Writes a raw disk: a sparse file, in any order, from several threads.</summary>
internal sealed class RawWriter : IDiskWriter
{
    // Zeros inside what is written become holes too. Smaller pieces would cost more calls than they save space.
    internal const int HoleLength = 32 << 10;
    private readonly OutputFile _file;

    public RawWriter(string path, long length, bool overwrite)
    {
        _file = OutputFile.Create(path, overwrite);
        Length = length;
        try
        {
            _file.SetLength(length);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public long Length { get; }

    public bool IsSequential => false;

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        SourceRange.Check(offset, bytes.Length, Length);
        int position = 0;
        while (ZeroRuns.TryNext(bytes, offset, HoleLength, ref position, out Range run))
            _file.Write(offset + run.Start.Value, bytes[run]);
    }

    public void Complete() => _file.Publish();

    public void Dispose() => _file.Dispose();

    /// <summary>Takes away what <see cref="Complete"/> published.</summary>
    internal void Withdraw() => _file.Withdraw();
}
