using System.Globalization;
using Mig.Care.Sharing;
using Mig.Cli.Terminals;

namespace Mig.Cli.Views;

/// <summary>Shows who shares what with whom.</summary>
internal sealed class SharingView(TextOutput output)
{
    /// <summary>A row for each image: which part of its content each other one has.</summary>
    public void WriteMatrix(SharingMatrix matrix)
    {
        string[] names = [.. matrix.Names.Select(SafeText.Name)];
        int width = Math.Max(5, names.Select(name => name.Length).DefaultIfEmpty().Max());
        output.WriteLine($"{"image".PadRight(width)} {"content",10}{string.Concat(names.Select(name => "  " + name.PadLeft(5)))}");
        for (int i = 0; i < names.Length; i++)
        {
            string row = string.Concat(names.Select((name, j) => "  " + Percent(matrix.Part(i, j)).PadLeft(Math.Max(5, name.Length))));
            output.WriteLine($"{names[i].PadRight(width)} {Sizes.Bytes(matrix.Shared[i][i]),10}{row}");
        }
    }

    public void WriteClusters(SharingMatrix matrix, IReadOnlyList<IReadOnlyList<int>> clusters)
    {
        foreach (IReadOnlyList<int> members in clusters)
            output.WriteLine(
                $"{Sizes.Count(members.Count, "image")}: "
                    + $"{string.Join(' ', members.Select(member => SafeText.Name(matrix.Names[member])))}");
    }

    /// <summary>The other images, those that share most first.</summary>
    /// <param name="matrix">The image that they are compared with comes first.</param>
    public void WriteRanking(SharingMatrix matrix, IReadOnlyList<int> order)
    {
        output.WriteLine($"{"shared",10}  {"of " + SafeText.Name(matrix.Names[0]),10}  {"of it",6}  image");
        foreach (int i in order)
            output.WriteLine(
                $"{Sizes.Bytes(matrix.Shared[0][i]),10}  "
                + $"{Percent(matrix.Part(0, i)).PadLeft(Math.Max(10, SafeText.Name(matrix.Names[0]).Length + 3))}  "
                + $"{Percent(matrix.Part(i, 0)),6}  {SafeText.Name(matrix.Names[i])}");
    }

    private static string Percent(double part) => (part * 100).ToString("0.0", CultureInfo.InvariantCulture) + "%";
}
