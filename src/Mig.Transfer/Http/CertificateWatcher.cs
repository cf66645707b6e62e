using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mig.Core;
using Mig.Core.Host;

namespace Mig.Transfer.Http;

/// <summary>The server's certificate, which is renewed every few weeks while the server runs. For many threads.</summary>
/// <remarks>
/// Each new connection looks at the two files, which costs microseconds; those that are open keep theirs. Files that do not fit together,
/// because the second one is not there yet, or cannot be read, are reported once, and the certificate of before stays.
/// </remarks>
public sealed class CertificateWatcher
{
    private readonly string _certificate;
    private readonly string _key;
    private readonly Action<string> _report;
    private readonly Lock _gate = new();
    private volatile Version _version;

    /// <param name="certificate">PEM, the chain behind it.</param>
    /// <param name="key">PEM.</param>
    /// <param name="report">Takes what is wrong with a change, as one sentence.</param>
    /// <exception cref="RemoteException">They cannot be used.</exception>
    public CertificateWatcher(string certificate, string key, Action<string> report)
    {
        (_certificate, _key, _report) = (certificate, key, report);
        _version = new Version(Stamp(), Load());
    }

    /// <summary>What the next connection is given.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            if (Stamp() != _version.Stamp)
                Reload();
            return _version.Context;
        }
    }

    private void Reload()
    {
        lock (_gate)
        {
            // Taken before the files are read: what changes meanwhile is seen the next time.
            (FileStamp?, FileStamp?) stamp = Stamp();
            if (stamp == _version.Stamp)
                return;
            SslStreamCertificateContext context = _version.Context;
            try
            {
                context = Load();
            }
            catch (RemoteException e)
            {
                _report($"the certificate changed, and the one of before stays: {e.Message}");
            }

            _version = new Version(stamp, context);
        }
    }

    private SslStreamCertificateContext Load()
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(_certificate);
            return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(_certificate, _key), chain, offline: true);
        }
        catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException or ArgumentException)
        {
            throw new RemoteException("REMOTE-030", $"the certificate {_certificate} and the key {_key} cannot be used: {e.Message}", e);
        }
    }

    // By what the names lead to: certbot's are links that are replaced.
    private (FileStamp? Certificate, FileStamp? Key) Stamp() => (LibC.GetStamp(_certificate), LibC.GetStamp(_key));

    private sealed record Version((FileStamp? Certificate, FileStamp? Key) Stamp, SslStreamCertificateContext Context);
}
