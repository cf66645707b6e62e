using System.Collections.Concurrent;
using System.Numerics;

namespace Mig.Core.Zstd;

/// <summary>
/// The one seam to zstd: frames in, frames out. Contexts are kept and reused; all members may be called from several threads.
/// </summary>
public sealed unsafe class ZstdCodec : IDisposable
{
    /// <summary>The levels that <c>core.compression</c> may name.</summary>
    public const int MinLevel = 1;
    public const int MaxLevel = 19;
    public const int DefaultLevel = 3;

    private const int DefaultWindowLog = 22;

    private readonly ConcurrentBag<ZstdCompressorHandle> _compressors = [];
    private readonly ConcurrentBag<ZstdDecompressorHandle> _decompressors = [];
    private readonly ZstdLibrary _zstd;

    /// <param name="library">The implementation; null for that of this process.</param>
    public ZstdCodec(ZstdLibrary? library = null) => _zstd = library ?? ZstdLibrary.Current;

    /// <summary>Most bytes that compressing so many can need.</summary>
    public static int GetBound(int length) => checked((int)ZstdLibrary.Current.CompressBound((nuint)length));

    /// <summary>Compresses into one zstd frame.</summary>
    /// <returns>Its length, or -1 when <paramref name="destination"/> is too short.</returns>
    public int Compress(ReadOnlySpan<byte> source, Span<byte> destination, int level)
    {
        if (!_compressors.TryTake(out ZstdCompressorHandle? context))
            context = new ZstdCompressorHandle(_zstd);
        SetParameters(context.DangerousGetHandle(), level, source.Length);
        nuint result;
        fixed (byte* to = destination, from = source)
            result = _zstd.Compress(context.DangerousGetHandle(), to, (nuint)destination.Length, from, (nuint)source.Length);
        _compressors.Add(context);
        return _zstd.IsError(result) ? -1 : (int)result;
    }

    /// <summary>Decompresses one zstd frame that must fill <paramref name="destination"/> exactly.</summary>
    /// <returns>Null when it did, else what was wrong.</returns>
    public string? Decompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (!_decompressors.TryTake(out ZstdDecompressorHandle? context))
            context = new ZstdDecompressorHandle(_zstd);
        nuint result;
        fixed (byte* to = destination, from = source)
            result = _zstd.Decompress(context.DangerousGetHandle(), to, (nuint)destination.Length, from, (nuint)source.Length);
        _decompressors.Add(context);
        if (_zstd.IsError(result))
            return "zstd says: " + _zstd.GetErrorName(result);
        return (int)result == destination.Length ? null : $"{result} bytes came out, {destination.Length} were recorded";
    }

    /// <summary>
    /// Decompresses zstd frames that stand one after the other until <paramref name="destination"/> is full; what follows them is not
    /// looked at.
    /// </summary>
    /// <returns>Null when it is full, else what was wrong.</returns>
    public string? DecompressPrefix(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            nuint length, content;
            fixed (byte* from = source)
            {
                length = _zstd.FindFrameLength(from, (nuint)source.Length);
                content = _zstd.IsError(length) ? 0 : (nuint)_zstd.GetContentLength(from, length);
            }

            if (_zstd.IsError(length))
                return "zstd says: " + _zstd.GetErrorName(length);
            // A frame need not say how long its content is; then it must be the last one.
            int expected = content > 0 && content < (nuint)destination.Length ? (int)content : destination.Length;
            if (Decompress(source[..(int)length], destination[..expected]) is { } problem)
                return problem;
            source = source[(int)length..];
            destination = destination[expected..];
        }

        return null;
    }

    public void Dispose()
    {
        foreach (ZstdCompressorHandle context in _compressors)
            context.Dispose();
        foreach (ZstdDecompressorHandle context in _decompressors)
            context.Dispose();
    }

    // Level 3's own tables (0.75 MiB) do not fit a core's second-level cache. Half the size, over a whole frame: 13 % faster, 1 % larger
    // (docs/benchmarks.md). Whoever asks for a high level wants to look back over the whole frame.
    private void SetParameters(nint context, int level, int length)
    {
        bool isDefault = level == DefaultLevel;
        int window = isDefault ? DefaultWindowLog : level > DefaultLevel ? Math.Clamp(BitOperations.Log2((uint)length) + 1, 10, 27) : 0;
        Check(_zstd.SetParameter(context, ZstdLibrary.ParameterCompressionLevel, level));
        Check(_zstd.SetParameter(context, ZstdLibrary.ParameterWindowLog, window));
        Check(_zstd.SetParameter(context, ZstdLibrary.ParameterHashLog, isDefault ? 16 : 0));
        Check(_zstd.SetParameter(context, ZstdLibrary.ParameterChainLog, isDefault ? 15 : 0));
    }

    private void Check(nuint result)
    {
        if (_zstd.IsError(result))
            throw new InvalidOperationException("zstd: " + _zstd.GetErrorName(result));
    }
}
