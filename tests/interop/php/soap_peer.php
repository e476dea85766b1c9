<?php
// PHP's SoapClient.

function client(string $wsdl, string $port): SoapClient
{
    static $clients = [];
    $version = $port === 'basic' ? SOAP_1_1 : SOAP_1_2;
    $options = [
        'exceptions' => true,
        'soap_version' => $version,
        'location' => found("/<\w+:port [^>]*name=\"$port\".*?location=\"([^\"]*)\"/s", $wsdl),
        'connection_timeout' => 20,
    ];
    return $clients["$wsdl $port"] ??= new SoapClient($wsdl, $options);
}

/** PHP looks at the first port only, and Debian's reads XML with another package than SOAP. */
function found(string $pattern, string $wsdl): string
{
    preg_match($pattern, file_get_contents($wsdl), $match);
    return html_entity_decode($match[1]);
}

function load(string $wsdl): string
{
    $names = [];
    foreach (client($wsdl, 'basic')->__getFunctions() as $function) {
        preg_match('/ (\w+)\(/', $function, $match);
        $names[] = $match[1];
    }
    sort($names);
    return implode("\n", $names);
}

/** Values that JSON has no form for, as PHP wants them. */
function given($value)
{
    if (!is_array($value)) {
        return $value;
    }
    if (isset($value['$flags'])) {
        return implode(' ', $value['$flags']);
    }
    if (isset($value['$bytes'])) {
        return base64_decode($value['$bytes']);
    }
    if (isset($value['$any'])) {
        return new SoapVar($value['$any'][1], ['int' => XSD_INT, 'string' => XSD_STRING][$value['$any'][0]]);
    }
    return array_map('given', $value);
}

/** Bytes have no form in JSON. */
function taken($value)
{
    if (is_object($value)) {
        $value = get_object_vars($value);
    }
    if (is_array($value)) {
        return array_map('taken', $value);
    }
    return is_string($value) && !preg_match('//u', $value) ? base64_encode($value) : $value;
}

function call(string $wsdl, string $port, string $operation, string $arguments): string
{
    $client = client($wsdl, $port);
    if ($port === 'ws') {
        address($client, $wsdl, $operation);
    }
    try {
        $result = taken($client->__soapCall($operation, [given(json_decode($arguments, true))]));
    } catch (SoapFault $fault) {
        // What PHP itself could not do is no fault of a service.
        if (in_array($fault->faultcode, ['HTTP', 'WSDL']) && !isset($fault->detail)) {
            throw $fault;
        }
        $told = ['code' => $fault->faultcode, 'reason' => $fault->faultstring, 'detail' => json_encode(taken($fault->detail ?? null))];
        return json_encode(['fault' => $told]);
    }
    if (is_array($result) && count($result) === 1) {
        $result = array_values($result)[0];
    }
    return json_encode(['result' => $result === [] ? null : $result], JSON_PRESERVE_ZERO_FRACTION);
}

/** Addressing is no business of PHP; programs add the headers themselves. */
function address(SoapClient $client, string $wsdl, string $operation): void
{
    $action = found("/<\w+:operation [^>]*name=\"$operation\">\s*<\w+:operation [^>]*soapAction=\"([^\"]*)\"/s", $wsdl);
    $to = found('/<\w+:port [^>]*name="ws".*?location="([^"]*)"/s', $wsdl);
    $space = 'http://www.w3.org/2005/08/addressing';
    $client->__setSoapHeaders([
        new SoapHeader($space, 'Action', $action),
        new SoapHeader($space, 'To', $to),
        new SoapHeader($space, 'MessageID', 'urn:uuid:' . vsprintf('%s%s-%s-%s-%s-%s%s%s', str_split(bin2hex(random_bytes(16)), 4))),
    ]);
}

while (($line = fgets(STDIN)) !== false) {
    $words = explode("\t", rtrim($line, "\n"));
    try {
        $answer = $words[0](...array_map('hex2bin', array_slice($words, 1)));
        echo "ok\t", bin2hex($answer), "\n";
    } catch (Throwable $error) {
        echo "error\t", bin2hex(get_class($error) . ': ' . $error->getMessage() . ' at ' . $error->getLine()), "\n";
    }
}
