namespace Mig.Core.Tests;

public sealed class ZeroBytesTests
{
    [Fact]
    public void AgreesWithALoop()
    {
        for (int seed = 0; seed < 4000; seed++)
        {
            var random = new Random(seed);
            byte[] bytes = new byte[random.Next(200)];
            for (int i = random.Next(4); i > 0 && bytes.Length > 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            int leading = 0, trailing = 0;
            while (leading < bytes.Length && bytes[leading] == 0)
                leading++;
            while (trailing < bytes.Length && bytes[^(trailing + 1)] == 0)
                trailing++;
            Assert.Equal(leading == bytes.Length, ZeroBytes.IsZero(bytes));
            Assert.Equal(leading, ZeroBytes.CountLeading(bytes));
            Assert.Equal(trailing, ZeroBytes.CountTrailing(bytes));
        }
    }
}
