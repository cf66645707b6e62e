using ZstdSharp.Unsafe;

namespace Mig.Core.Zstd;

/// <summary>
/// ZstdSharp.Port: zstd's own sources in C#. It is always there, and has about four fifths of the speed of libzstd
/// (docs/decisions/0001-packages.md).
/// </summary>
internal sealed unsafe class ManagedZstd : ZstdLibrary
{
    public override string Name { get; } = $"ZstdSharp, a managed zstd {VersionText(Methods.ZSTD_versionNumber())}";

    internal override nint CreateCompressor() => (nint)Methods.ZSTD_createCCtx();

    internal override void FreeCompressor(nint context) => Methods.ZSTD_freeCCtx((ZSTD_CCtx_s*)context);

    internal override nuint SetParameter(nint context, int parameter, int value) =>
        Methods.ZSTD_CCtx_setParameter((ZSTD_CCtx_s*)context, (ZSTD_cParameter)parameter, value);

    internal override nuint Compress(nint context, byte* destination, nuint destinationLength, byte* source, nuint sourceLength) =>
        Methods.ZSTD_compress2((ZSTD_CCtx_s*)context, destination, destinationLength, source, sourceLength);

    internal override nuint CompressBound(nuint sourceLength) => Methods.ZSTD_compressBound(sourceLength);

    internal override nint CreateDecompressor() => (nint)Methods.ZSTD_createDCtx();

    internal override void FreeDecompressor(nint context) => Methods.ZSTD_freeDCtx((ZSTD_DCtx_s*)context);

    internal override nuint Decompress(nint context, byte* destination, nuint destinationLength, byte* source, nuint sourceLength) =>
        Methods.ZSTD_decompressDCtx((ZSTD_DCtx_s*)context, destination, destinationLength, source, sourceLength);

    internal override nuint DecompressStream(nint context, ZstdBuffer* output, ZstdBuffer* input)
    {
        var to = new ZSTD_outBuffer_s { dst = output->Bytes, size = output->Length, pos = output->Position };
        var from = new ZSTD_inBuffer_s { src = input->Bytes, size = input->Length, pos = input->Position };
        nuint result = Methods.ZSTD_decompressStream((ZSTD_DCtx_s*)context, &to, &from);
        output->Position = to.pos;
        input->Position = from.pos;
        return result;
    }

    internal override nuint FindFrameLength(byte* source, nuint sourceLength) => Methods.ZSTD_findFrameCompressedSize(source, sourceLength);

    internal override ulong GetContentLength(byte* source, nuint sourceLength) => Methods.ZSTD_getFrameContentSize(source, sourceLength);

    internal override bool IsError(nuint code) => Methods.ZSTD_isError(code);

    internal override string GetErrorName(nuint code) => Methods.ZSTD_getErrorName(code);
}
