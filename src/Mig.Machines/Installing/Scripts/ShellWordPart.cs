namespace Mig.Machines.Installing.Scripts;

/// <summary>A part of a word.</summary>
/// <param name="Text">Of a variable, its name.</param>
/// <param name="IsQuoted">Whether it stands in quotes, so that it is not split and has no patterns.</param>
/// <param name="Default">Of a variable, what stands for it when it is empty (<c>${1:-x}</c>).</param>
internal sealed record ShellWordPart(ShellWordKind Kind, string Text, bool IsQuoted, string Default = "");
