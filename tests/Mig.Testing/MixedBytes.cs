namespace Mig.Testing;

/// <summary>Bytes as disks have them: stretches of zeros, of noise and of what compresses, in lengths that respect no block size.</summary>
public static class MixedBytes
{
    public static byte[] Make(int length, int seed)
    {
        var random = new Random(seed);
        byte[] bytes = new byte[length];
        for (int position = 0; position < length;)
        {
            Span<byte> stretch = bytes.AsSpan(position, Math.Min(length - position, 1 + random.Next(1 << random.Next(8, 18))));
            switch (random.Next(3))
            {
                case 1:
                    random.NextBytes(stretch);
                    break;
                case 2:
                    stretch.Fill((byte)random.Next(1, 256));
                    break;
            }

            position += stretch.Length;
        }

        return bytes;
    }
}
