namespace Mig.Transfer.Serving;

/// <summary>
/// Those whom a receiving repository asks before a push moves its refs, and tells afterwards. Called for one push at a time by one thread.
/// </summary>
/// <remarks>
/// Each takes lines for the pushing user as they are said, without line breaks. They may hold what strangers put into images: whoever
/// shows them makes them harmless to a terminal. What <c>say</c> throws goes through.
/// </remarks>
public interface IReceiveHooks
{
    /// <summary>Asks once for all updates, in order, when their objects are durable and no ref has moved.</summary>
    /// <returns>Why nothing may move, as one sentence; null when it may.</returns>
    string? PreReceive(IReadOnlyList<PushUpdate> updates, Action<string> say, CancellationToken cancellation);

    /// <summary>Asks for one update, right before its ref would move; of an atomic push, before any does.</summary>
    /// <returns>Why this ref may not move, as one sentence; null when it may.</returns>
    string? Update(PushUpdate update, Action<string> say, CancellationToken cancellation);

    /// <summary>Says who is left out of a dry run: nothing was sent that they could look at.</summary>
    void SayNotAsked(Action<string> say);

    /// <summary>Tells once of all refs that have moved, which nothing can change any more. Not called when none has.</summary>
    void PostReceive(IReadOnlyList<PushUpdate> updates, Action<string> say, CancellationToken cancellation);
}
