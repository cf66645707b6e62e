using Mig.FileSystems.Tests.Writing;

namespace Mig.FileSystems.Tests.Fat.Writing;

/// <summary>Damaged volumes end in one of the documented errors, or are changed.</summary>
public sealed class FatWriterDamageTests(FatSamples samples) : IClassFixture<FatSamples>
{
    private const int Seed = 4711;

    private static readonly byte[][] Paths = ["/fragmented"u8.ToArray(), "/second"u8.ToArray(), "/folder"u8.ToArray(),
        "/folder/Other"u8.ToArray(), "/folder/deeper"u8.ToArray(), "/empty"u8.ToArray()];

    [Fact]
    public void OnlyDocumentedErrorsComeOut()
    {
        var random = new Random(Seed);
        for (int run = 0; run < 4000; run++)
        {
            byte[] image = [.. samples.Fat12];
            var patch = new FatPatch(image);
            int end = patch.ClusterOffset(patch.FirstCluster("FOLDER     ") + 2);
            (int table, int length) = (patch.FatOffset, patch.FatLength);
            for (int i = random.Next(1, 6); i > 0; i--)
            {
                int at = random.Next(6) == 0 ? random.Next(64) : random.Next(table, end);
                image[at] = (byte)random.Next(256);
                if (at >= table && at < table + length)
                    image[at + length] = image[at]; // tables that differ are refused at once
            }

            DamagedWriting.Change(image, Paths, random.Next(), $"seed {Seed}, run {run}");
        }
    }
}
