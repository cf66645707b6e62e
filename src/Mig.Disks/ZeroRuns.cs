using Mig.Core;

namespace Mig.Disks;

/// <summary>Cuts bytes into runs that are worth storing and runs that are not.</summary>
internal static class ZeroRuns
{
    /// <summary>
    /// Finds the next run that has content, in blocks that are aligned to <paramref name="blockLength"/> on the disk. Advances
    /// <paramref name="position"/> past it.
    /// </summary>
    /// <returns>False when only zeros are left.</returns>
    public static bool TryNext(ReadOnlySpan<byte> bytes, long offset, int blockLength, ref int position, out Range run)
    {
        int start = -1;
        while (position < bytes.Length)
        {
            int block = (int)Math.Min(bytes.Length - position, blockLength - ((offset + position) % blockLength));
            bool isZero = ZeroBytes.IsZero(bytes.Slice(position, block));
            if (isZero && start >= 0)
                break;
            if (!isZero && start < 0)
                start = position;
            position += block;
        }

        run = start < 0 ? default : start..position;
        return start >= 0;
    }
}
