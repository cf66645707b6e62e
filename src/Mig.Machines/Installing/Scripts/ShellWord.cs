namespace Mig.Machines.Installing.Scripts;

/// <summary>A word of a shell script.</summary>
/// <param name="Text">As it is written.</param>
/// <param name="Parts">What it is made of.</param>
internal sealed record ShellWord(string Text, IReadOnlyList<ShellWordPart> Parts)
{
    /// <summary>The word itself, where nothing in it is quoted or expanded; else null.</summary>
    public string? Plain => Parts is [{ Kind: ShellWordKind.Text, IsQuoted: false } only] ? only.Text : null;
}
