namespace Mig.Machines.Installing.Scripts;

/// <summary>A command of a shell script. Source: POSIX, "Shell Command Language".</summary>
/// <param name="Line">Counted from 1.</param>
internal abstract record ShellNode(int Line);

/// <param name="Assignments">Variables that it sets.</param>
/// <param name="IsWriting">Whether its output goes to a file, or its input comes from one.</param>
internal sealed record ShellCommand(int Line, IReadOnlyList<(string Name, ShellWord Value)> Assignments, IReadOnlyList<ShellWord> Words,
    bool IsWriting) : ShellNode(Line);

/// <summary>Commands one after the other.</summary>
internal sealed record ShellList(int Line, IReadOnlyList<ShellNode> Nodes) : ShellNode(Line);

/// <summary><c>&amp;&amp;</c> and <c>||</c>.</summary>
internal sealed record ShellChoice(int Line, ShellNode Left, bool IsAnd, ShellNode Right) : ShellNode(Line);

internal sealed record ShellNot(int Line, ShellNode Inner) : ShellNode(Line);

internal sealed record ShellIf(int Line, ShellNode Condition, ShellNode Then, ShellNode? Else) : ShellNode(Line);

internal sealed record ShellCase(int Line, ShellWord Value, IReadOnlyList<(IReadOnlyList<ShellWord> Patterns, ShellNode Body)> Branches)
    : ShellNode(Line);

internal sealed record ShellFunction(int Line, string Name, ShellNode Body) : ShellNode(Line);

/// <summary>What is not followed: loops, pipes, subshells, what runs beside.</summary>
internal sealed record ShellOther(int Line, string Kind) : ShellNode(Line);
