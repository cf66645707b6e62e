using Mig.Core;
using Mig.Core.Host;

namespace Mig.Transfer.Protocol;

/// <summary>Why a request came to nothing.</summary>
/// <param name="Kind">Which of mig's errors it was: <c>notFound</c>, <c>conflict</c>, <c>usage</c>, <c>corruptStore</c>,
/// <c>unsupported</c>, <c>remote</c>.</param>
/// <param name="Code">Such as <c>REMOTE-020</c>; empty where the kind has none.</param>
internal sealed record ErrorMessage(string Kind, string Code, string Text)
{
    private const string MediumCode = "REMOTE-021";

    public static ErrorMessage Of(Exception e)
    {
        ErrorMessage message = Choose(e);
        return message with { Text = RemoteText.Cut(message.Text) };
    }

    /// <summary>The same error on this side, saying whose it is.</summary>
    public MigException ToException(string peer) => Kind switch
    {
        "notFound" => new NotFoundException($"{peer} says: {RemoteText.Quote(Text)}"),
        "conflict" => new ConflictException($"{peer} says: {RemoteText.Quote(Text)}"),
        "usage" => new UsageException($"{peer} says: {RemoteText.Quote(Text)}"),
        _ => new RemoteException(Code == MediumCode ? Code : "REMOTE-020", $"{peer} says: {RemoteText.Quote(Text)}"),
    };

    private static ErrorMessage Choose(Exception e) => e switch
    {
        NotFoundException => new("notFound", "", e.Message),
        ConflictException => new("conflict", "", e.Message),
        UsageException => new("usage", "", e.Message),
        UnsupportedFeatureException => new("unsupported", "", e.Message),
        CorruptStoreException corrupt => new("corruptStore", corrupt.Code, e.Message),
        RemoteException remote => new("remote", remote.Code, e.Message),
        IOException when HostFiles.IsFull(e) =>
            new("remote", MediumCode,
            $"the file system of its repository is full: {e.Message.TrimEnd('.')}; make room there ('mig gc' in it removes what nothing "
            + "leads to) and try again, what has come whole is kept"),
        IOException => new("remote", MediumCode, "the server cannot read or write its repository: " + e.Message),
        _ => new("remote", "REMOTE-029", "the server failed; its own log says more"),
    };
}
