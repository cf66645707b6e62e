using Mig.Core;

namespace Mig.FileSystems.Tests;

/// <summary>Reads what is damaged: only the documented exceptions may come out, and little memory may be taken.</summary>
/// <param name="maxAllocatedBytes">By one reading.</param>
internal sealed class DamagedReading(long maxAllocatedBytes)
{
    /// <returns>Whether it was read, or holds no file system at all.</returns>
    public bool TryRead(PatchedImage image, string what)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            image.ReadAll();
            return true;
        }
        catch (Exception e) when (e is CorruptImageException or UnsupportedFeatureException)
        {
            return false;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{what} ended in {e.GetType()}", e);
        }
        finally
        {
            long taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(taken < maxAllocatedBytes, $"{what} took {taken} bytes");
        }
    }

    /// <summary>Reads an image once for each bit that is tried, which is flipped for that time.</summary>
    /// <param name="places">What to damage, in whole bytes.</param>
    /// <param name="stride">1 tries every bit, which takes minutes where there are many; a prime, so that all bit positions of all fields
    /// come by.</param>
    /// <param name="min">How many must be errors, and how many none: else nothing is found, or everything is damage.</param>
    public void FlipBits(PatchedImage image, IEnumerable<ByteRange> places, int stride, (int Errors, int Reads) min)
    {
        (int errors, int reads) = (0, 0);
        long next = 0;
        foreach (ByteRange place in places)
        {
            for (; next < place.Length * 8; next += stride)
            {
                long at = place.Offset + (next / 8);
                byte mask = (byte)(1 << (int)(next % 8));
                image.Image[at] ^= mask;
                _ = TryRead(image, $"bit {next % 8} of byte {at}") ? reads++ : errors++;
                image.Image[at] ^= mask;
            }

            next -= place.Length * 8;
        }

        Assert.InRange(errors, min.Errors, int.MaxValue);
        Assert.InRange(reads, min.Reads, int.MaxValue);
        Assert.NotNull(image.ReadAll());
    }
}
