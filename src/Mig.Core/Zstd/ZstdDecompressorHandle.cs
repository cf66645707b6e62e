using System.Runtime.InteropServices;

namespace Mig.Core.Zstd;

internal sealed class ZstdDecompressorHandle : SafeHandle
{
    public ZstdDecompressorHandle()
        : base(0, ownsHandle: true) => SetHandle(ZstdNative.CreateDecompressor());

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => ZstdNative.FreeDecompressor(handle) == 0;
}
