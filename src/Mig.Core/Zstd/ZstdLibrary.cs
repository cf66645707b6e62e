namespace Mig.Core.Zstd;

/// <summary>
/// An implementation of zstd: the functions of its stable API (zstd.h) that mig calls. Each reads what another wrote. All members may be
/// called from several threads; a context belongs to one thread at a time, and to the library that made it.
/// </summary>
public abstract unsafe class ZstdLibrary
{
    /// <summary>The environment variable that chooses for a process, before <c>core.zstd</c>.</summary>
    public const string Variable = "MIG_ZSTD";

    internal const int ParameterCompressionLevel = 100;
    internal const int ParameterWindowLog = 101;
    internal const int ParameterHashLog = 102;
    internal const int ParameterChainLog = 103;

    private static readonly Lazy<SystemZstd?> _native = new(SystemZstd.TryLoad);
    private static readonly Lazy<ManagedZstd> _managed = new(() => new ManagedZstd());
    private static volatile ZstdLibrary? _current;

    /// <summary>Such as <c>libzstd 1.5.4 of the system</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The one that this process uses from now on for all new work; what is under way stays with its own.</summary>
    public static ZstdLibrary Current =>
        _current ??= Get(Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? Parse(text, Variable) : ZstdChoice.Auto);

    /// <summary>Makes a choice for this process, unless <see cref="Variable"/> has.</summary>
    /// <param name="text">The value of <c>core.zstd</c>.</param>
    /// <exception cref="UsageException">There is no such choice, or no libzstd where it is asked for.</exception>
    public static void Use(string text)
    {
        ZstdChoice choice = Parse(text, "core.zstd");
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)))
            _current = Get(choice);
    }

    /// <summary>Returns an implementation.</summary>
    /// <exception cref="UsageException">The system's is asked for, and there is none.</exception>
    public static ZstdLibrary Get(ZstdChoice choice) => choice switch
    {
        ZstdChoice.Managed => _managed.Value,
        ZstdChoice.Native => _native.Value ?? throw new UsageException(
            $"zstd = native, but no libzstd of version {SystemZstd.KnownVersions} is found; install it (package libzstd1), or set "
                + "core.zstd to auto or managed"),
        _ => (ZstdLibrary?)_native.Value ?? _managed.Value,
    };

    internal abstract nint CreateCompressor();

    internal abstract void FreeCompressor(nint context);

    internal abstract nuint SetParameter(nint context, int parameter, int value);

    internal abstract nuint Compress(nint context, byte* destination, nuint destinationLength, byte* source, nuint sourceLength);

    internal abstract nuint CompressBound(nuint sourceLength);

    internal abstract nint CreateDecompressor();

    internal abstract void FreeDecompressor(nint context);

    internal abstract nuint Decompress(nint context, byte* destination, nuint destinationLength, byte* source, nuint sourceLength);

    internal abstract nuint DecompressStream(nint context, ZstdBuffer* output, ZstdBuffer* input);

    internal abstract nuint FindFrameLength(byte* source, nuint sourceLength);

    internal abstract ulong GetContentLength(byte* source, nuint sourceLength);

    internal abstract bool IsError(nuint code);

    internal abstract string GetErrorName(nuint code);

    /// <summary>Reads a number as zstd writes its version: 10504 is 1.5.4.</summary>
    private protected static string VersionText(uint number) =>
        FormattableString.Invariant($"{number / 10000}.{number / 100 % 100}.{number % 100}");

    private static ZstdChoice Parse(string text, string where) => text switch
    {
        "auto" => ZstdChoice.Auto,
        "native" => ZstdChoice.Native,
        "managed" => ZstdChoice.Managed,
        _ => throw new UsageException($"{where} is auto, native or managed, not '{text}'"),
    };
}
