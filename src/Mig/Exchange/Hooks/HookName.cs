namespace Mig.Exchange.Hooks;

/// <summary>The hooks that mig calls, by Git's names.</summary>
public static class HookName
{
    public const string CommitMessage = "commit-msg";
    public const string PreCommit = "pre-commit";
    public const string PostCommit = "post-commit";
    public const string PostCheckout = "post-checkout";
    public const string PrePush = "pre-push";
    public const string PreReceive = "pre-receive";
    public const string Update = "update";
    public const string PostReceive = "post-receive";

    /// <summary>All of them, in the order in which they come into play.</summary>
    public static IReadOnlyList<string> All { get; } =
        [CommitMessage, PreCommit, PostCommit, PostCheckout, PrePush, PreReceive, Update, PostReceive];
}
