namespace Mig.Machines.Installing.Scripts;

/// <summary>What a part of a word stands for.</summary>
internal enum ShellWordKind
{
    Text,

    /// <summary>The value of a variable, whose name is the text.</summary>
    Variable,

    /// <summary>What only a shell knows: the output of a command, a sum.</summary>
    Unknown,
}
