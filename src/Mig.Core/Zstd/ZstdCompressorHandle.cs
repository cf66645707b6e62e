using System.Runtime.InteropServices;

namespace Mig.Core.Zstd;

internal sealed class ZstdCompressorHandle : SafeHandle
{
    public ZstdCompressorHandle()
        : base(0, ownsHandle: true) => SetHandle(ZstdNative.CreateCompressor());

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => ZstdNative.FreeCompressor(handle) == 0;
}
