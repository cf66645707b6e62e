using System.CommandLine;
using Mig.Cli.CommandLines;
using Mig.History.Diffs;
using Mig.Versions.Compare;
using Mig.Versions.Working;

namespace Mig.Cli.Views;

/// <summary>Prints changes as <c>--name-status</c>, <c>--stat</c> and <c>-p</c> ask for; the options of all verbs that do.</summary>
internal sealed class ChangeView
{
    private readonly Option<bool> _nameStatus = new("--name-status")
    {
        Description =
        "A line for each path: A added, D removed, M changed, R renamed, T of another type, m metadata only"
    };
    private readonly Option<bool> _stat = new("--stat") { Description = "Counts the lines that changed in each file" };
    private readonly Option<bool> _patch = new("--patch", "-p") { Description = "Shows the lines that changed, as a patch" };

    public IReadOnlyList<Option> Options => [_nameStatus, _stat, _patch];

    /// <summary>Whether any of it is wanted.</summary>
    public bool IsWanted(ParseResult arguments) =>
        arguments.GetValue(_nameStatus) || arguments.GetValue(_stat) || arguments.GetValue(_patch);

    /// <summary>Whether the lines of files are wanted, and so their contents.</summary>
    public bool AreLinesWanted(ParseResult arguments) => arguments.GetValue(_stat) || arguments.GetValue(_patch);

    public void Write(ParseResult arguments, ComparedSides sides, ImageComparison comparison, Session session)
    {
        if (arguments.GetValue(_nameStatus))
            WriteNames(comparison, session);
        bool wantsStat = arguments.GetValue(_stat), wantsPatch = arguments.GetValue(_patch);
        if (!wantsStat && !wantsPatch)
            return;
        using ChangedTexts texts = sides.LoadTexts(comparison.Volumes.SelectMany(volume => volume.Changes), session.Cancellation);
        if (wantsStat)
            new StatView(session.Output, session.Palette, texts, session.Cancellation).Write(comparison);
        if (wantsStat && wantsPatch)
            session.Output.WriteLine();
        if (wantsPatch)
            new PatchView(session.Output, session.Palette, texts, session.Cancellation).Write(comparison);
    }

    private static void WriteNames(ImageComparison comparison, Session session)
    {
        foreach (VolumeComparison volume in comparison.Volumes)
        {
            foreach (TreeChange change in volume.Changes)
            {
                string from = change.OldPath is { } old ? "100\t" + DiffNames.SafePath(volume, old) : "";
                session.Output.WriteLine($"{DiffNames.Letter(change)}{from}\t{DiffNames.SafePath(volume, change.Path)}");
            }
        }
    }
}
