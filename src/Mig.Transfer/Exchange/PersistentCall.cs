using System.Runtime.ExceptionServices;
using Mig.Core;
using Mig.Transfer.Transports;

namespace Mig.Transfer.Exchange;

/// <summary>
/// Makes calls that may be made again, until they are through: after a break the next try goes on with what is left. As long as each try
/// brings something, there is no limit; tries that bring nothing are made at growing distances, and only so many in a row.
/// </summary>
internal static class PersistentCall
{
    private const string GivenUp = "mig: given up";

    /// <summary>Makes a call that brings all or nothing.</summary>
    public static T Run<T>(ITransport transport, Func<T> attempt, CancellationToken cancellation) =>
        Run(transport, () => 0, attempt, cancellation);

    /// <param name="kept">How much has come so far and need not come again; it never falls.</param>
    /// <param name="attempt">Goes on from there.</param>
    /// <exception cref="RemoteException">The other side refuses, or cannot be reached any more.</exception>
    public static T Run<T>(ITransport transport, Func<long> kept, Func<T> attempt, CancellationToken cancellation)
    {
        bool wasSilent = false;
        for (int failed = 0; ;)
        {
            long before = kept();
            ExceptionDispatchInfo failure;
            try
            {
                // Whoever was silent is asked something simple first, so that nobody waits for long twice.
                if (wasSilent)
                    HelloCall.Try(transport, cancellation);
                return attempt();
            }
            catch (RemoteException e) when (IsBroken(e) && !e.Data.Contains(GivenUp))
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }

            bool hasMore = kept() > before;
            failed = hasMore ? 1 : failed + 1;
            wasSilent = ((RemoteException)failure.SourceException).Code == RemoteCodes.Silent;
            if (failed > Most(transport) || (wasSilent && !hasMore) || !MayComeBack(transport, failure.SourceException))
            {
                // Whoever made this call as a part of another one need not be as stubborn once more.
                failure.SourceException.Data[GivenUp] = true;
                failure.Throw();
            }

            if (failed > 1)
                transport.Retries.Notice($"{failure.SourceException.Message}; trying again ({failed - 1} of {Most(transport)})");
            cancellation.WaitHandle.WaitOne(transport.Retries.PauseAfter(failed));
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Whether an error is the line's, so that another try may do better.</summary>
    public static bool IsBroken(Exception e) =>
        e is RemoteException { Code: RemoteCodes.Broken or RemoteCodes.Silent or RemoteCodes.NoConnection };

    // Who has never answered may not be there at all, or be something else.
    private static int Most(ITransport transport) => transport.HasAnswered ? transport.Retries.Most : Math.Min(transport.Retries.Most, 1);

    // Who was never there is rather not there at all: a name is wrong, or nothing listens.
    private static bool MayComeBack(ITransport transport, Exception e) =>
        transport.HasAnswered || e is not RemoteException { Code: RemoteCodes.NoConnection };
}
